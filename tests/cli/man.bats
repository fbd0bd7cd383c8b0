#!/usr/bin/env bats
# Man pages: one for every command, with every option of it and none that does not exist.

pages=docs/man

commands() {
	importtrace --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

options() {
	for c in "$@"; do importtrace "$c" --help; done |
		grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u
}

@test "every command has a page, which lists every option of its --help" {
	for c in $(commands); do
		[ -e "$pages/importtrace-$c.1.scd" ] || { echo "write $pages/importtrace-$c.1.scd"; false; }
		page=$("$pages/build" importtrace "$pages/importtrace-$c.1.scd" | man -l - 2>/dev/null | col -b)
		for section in NAME SYNOPSIS DESCRIPTION OPTIONS; do
			grep -qx "$section" <<<"$page" || { echo "$c: no $section"; false; }
		done
		for o in $(options "$c"); do
			grep -qE -- "(^|[ ,])$o($|[ =,])" <<<"$page" || { echo "$c: no $o"; false; }
		done
	done
}

@test "no page speaks of an option or a command that is not there" {
	# shellcheck disable=SC2046
	known=$(options $(commands))
	for o in $(grep -hoE -- '--[a-z][a-z-]+' "$pages"/*.scd | sort -u); do
		grep -qx -- "$o" <<<"$known" || { echo "$o is no option"; false; }
	done
	for c in $(grep -hoE 'importtrace-[a-z]+' "$pages"/*.scd | sort -u); do
		commands | grep -qx "${c#importtrace-}" || { echo "$c is no command"; false; }
	done
}

@test "the first page lists every command" {
	page=$("$pages/build" importtrace "$pages/importtrace.1.scd" | man -l - 2>/dev/null | col -b)
	for c in $(commands); do
		grep -qE "^ +$c\$" <<<"$page" || { echo "no $c"; false; }
	done
}
