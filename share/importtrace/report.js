/* The report's page: a treemap, a search and tables over the document in #data (its shape:
 * docs/report.md). Nothing is fetched and nothing is stored; text from the document reaches the
 * page as text only. */
"use strict";
(() => {
const $ = (id) => document.getElementById(id);
const doc = JSON.parse($("data").textContent);
const DEPTH = 3;           /* levels drawn below the open folder */
const SMALLEST = 18;       /* px²: smaller boxes are drawn as one */

/* --- decisions and their colours ------------------------------------------------------------- */

/* One hue for each kind of evidence, so that a glance tells strong reasons from weak ones; the
 * palette stays apart for colour-blind readers, and what was removed is striped as well. */
const HUES = {
	traced: "#5b9bea", pair: "#8fbdf2", link: "#a9cdf6", elf: "#7aaef0", metadata: "#bcd3ea",
	import: "#3fb5a3", module: "#7fcfc0", package: "#a5c7bd",
	name: "#7fbf5a", plugin: "#9bcf78", data: "#bfdc9a",
	rule: "#eab84c", user: "#d98ac2", repaired: "#e0894f", static: "#b6bcc6", all: "#b6bcc6",
	"native library": "#5b9bea",
};
const REMOVED = "#c9c4be";
const SPARE = ["#b9a7e0", "#d9b38c", "#8cc4d9", "#d0a3b3", "#a8b56b", "#c7c76a"];
const decisions = new Map();

function decisionOf(name, kept) {
	const label = kept ? name : "removed: " + name;
	if (!decisions.has(label))
		decisions.set(label, {kept, label, files: 0, bytes: 0,
			colour: kept ? HUES[name] || SPARE[decisions.size % SPARE.length] : REMOVED});
	return decisions.get(label);
}

/* --- numbers and elements -------------------------------------------------------------------- */

function size(bytes) {
	if (bytes >= 1e6) return (bytes / 1e6).toFixed(1) + " MB";
	if (bytes >= 1e3) return (bytes / 1e3).toFixed(1) + " kB";
	return bytes + " B";
}
const count = (n) => n.toLocaleString("en");
const percent = (part, whole) => (whole ? (100 * part / whole).toFixed(part >= whole ? 0 : 1) : "0") + " %";

function element(tag, attributes = {}, ...children) {
	const e = document.createElement(tag);
	for (const [key, value] of Object.entries(attributes))
		if (key === "onclick") e.addEventListener("click", value);
		else if (value !== undefined && value !== false) e.setAttribute(key, value === true ? "" : value);
	e.append(...children);
	return e;
}

/* --- the tree: package → folder → file ------------------------------------------------------- */

function folder(name, parent) {
	return {name, parent, folders: new Map(), children: [], file: null};
}

/* Text that is not UTF-8 comes as base64. */
const text = (row, key) => row[key] ?? (row[key + "_b64"] === undefined ? "" : atob(row[key + "_b64"]));
const packages = new Map(doc.packages.map((p) => [text(p, "name"), {...p, name: text(p, "name"), version: text(p, "version")}]));

function below(at, name) {
	if (!at.folders.has(name)) {
		const child = folder(name, at);
		at.folders.set(name, child);
		at.children.push(child);
	}
	return at.folders.get(name);
}

function addFile(root, row) {
	const path = text(row, "path"), parts = path.split("/");
	const file = {path, bytes: row.bytes, zipped: row.zip_bytes ?? null, decision: decisionOf(row.decision, row.kept),
		pkg: packages.get(text(row, "package")), why: text(row, "why")};
	let at = root;
	for (const name of [file.pkg.name, ...parts.slice(0, -1)]) at = below(at, name);
	file.node = {name: parts[parts.length - 1], parent: at, children: null, file};
	file.text = (path + " " + file.decision.label + " " + file.pkg.name).toLowerCase();
	file.decision.files++;
	file.decision.bytes += file.bytes;
	at.children.push(file.node);
	files.push(file);
}

/* A package whose files all lie below one folder (python/…) starts there. */
function hoist(node) {
	while (node.children.length === 1 && node.children[0].children) {
		node.children = node.children[0].children;
		for (const child of node.children) child.parent = node;
	}
}

function buildTree() {
	const root = folder(text(doc, "title"), null);
	for (const row of doc.files) addFile(root, row);
	for (const child of root.children) hoist(child);
	return root;
}

const files = [];
const NOTHING = {kept: true, label: "nothing", colour: "var(--line)"};
const tree = buildTree();
const view = {node: tree, filter: "all", found: null, chosen: null};

function shown(file) {
	return view.filter === "all" || (view.filter === "kept") === file.decision.kept;
}

/* Sums below every node of what the filter shows: bytes by decision, files, and how many of them
 * the search has found. */
function weigh(node) {
	node.bytes = node.count = node.hits = node.kept = 0;
	node.by = new Map();
	if (node.file) {
		if (!shown(node.file)) return;
		node.bytes = node.file.bytes;
		node.count = 1;
		node.kept = node.file.decision.kept ? node.bytes : 0;
		node.hits = !view.found || view.found.has(node.file) ? 1 : 0;
		node.by.set(node.file.decision, node.bytes);
		return;
	}
	for (const child of node.children) {
		weigh(child);
		for (const key of ["bytes", "count", "hits", "kept"]) node[key] += child[key];
		for (const [decision, bytes] of child.by) node.by.set(decision, (node.by.get(decision) || 0) + bytes);
	}
}

/* The decision that most bytes of a node have, among the kept ones if there are any. */
function mainDecision(node) {
	const kept = [...node.by].filter(([d]) => d.kept);
	return (kept.length ? kept : [...node.by]).reduce((a, b) => (b[1] > a[1] ? b : a), [NOTHING, -1])[0];
}

/* What is drawn of a node: its children down to DEPTH, the smallest ones gathered in one box. */
function drawn(node, depth, perByte) {
	const box = {node, value: node.bytes};
	if (depth === 0 || !node.children) return box;
	const large = [], rest = {small: true, value: 0, count: 0, hits: 0, parent: node};
	for (const child of node.children) {
		if (child.bytes * perByte >= SMALLEST) {
			large.push(drawn(child, depth - 1, perByte));
		} else {
			rest.value += child.bytes;
			rest.count += child.count;
			rest.hits += child.hits;
		}
	}
	if (!large.length) return box;
	if (rest.value) large.push(rest);
	box.children = large;
	return box;
}

/* --- the map --------------------------------------------------------------------------------- */

let boxes = [];

function describe(box) {
	if (box.small) return `${count(box.count)} small files, ${size(box.value)}`;
	const node = box.node;
	if (node.file) return `${node.file.path}, ${size(node.file.bytes)}, ${node.file.decision.label}`;
	return `${node.name}, ${size(node.bytes)} in ${count(node.count)} files`;
}

function makeBox(d) {
	const box = d.data, w = d.x1 - d.x0, h = d.y1 - d.y0;
	const main = box.small ? NOTHING : mainDecision(box.node);
	const hits = box.small ? box.hits : box.node.hits;
	const b = element("button", {type: "button", tabindex: "-1", title: describe(box), "aria-label": describe(box)});
	const share = box.small || !main.kept ? 0 : 100 * box.node.kept / box.node.bytes;
	b.style.cssText = `left:${d.x0}px;top:${d.y0}px;width:${w}px;height:${h}px;--c:${main.colour};--kept:${share}%`;
	if (d.children) b.classList.add("open");
	else if (!main.kept) b.classList.add("removed");
	else if (!box.small && share < 100) b.classList.add("mixed");
	if (view.found && !hits) b.classList.add("dim");
	if (!box.small && box.node.file && box.node.file === view.chosen) b.classList.add("chosen");
	if (w > 28 && h > 15) {
		const label = box.small ? "…" : box.node.name;
		b.append(element("span", {}, d.children && w > 110 ? `${label}  ${size(box.value)}` : label));
	}
	b.box = box;
	b.rect = d;
	b.addEventListener("click", () => open(box));
	b.addEventListener("focus", () => tell(box));
	return b;
}

function drawMap() {
	const map = $("map"), width = map.clientWidth, height = map.clientHeight;
	Object.assign(view, {width, height});
	weigh(tree);
	const total = view.node.bytes;
	map.replaceChildren();
	boxes = [];
	if (!total) {
		map.append(element("p", {style: "padding:.6rem"}, "Nothing here with these choices."));
		return;
	}
	const root = d3.hierarchy(drawn(view.node, DEPTH, width * height / total))
		.each((d) => { d.value = d.data.value; })
		.sort((a, b) => b.value - a.value);
	d3.treemap().size([width, height]).paddingTop((d) => (d.depth ? 17 : 0)).paddingInner(1)
		.paddingLeft((d) => (d.depth ? 2 : 0)).paddingRight((d) => (d.depth ? 2 : 0))
		.paddingBottom((d) => (d.depth ? 2 : 0)).round(true)(root);
	root.each((d) => {
		if (d.depth && d.x1 - d.x0 >= 1 && d.y1 - d.y0 >= 1) boxes.push(makeBox(d));
	});
	map.append(...boxes);
	if (boxes.length) boxes[0].tabIndex = 0;
}

function drawCrumbs() {
	const chain = [];
	for (let n = view.node; n; n = n.parent) chain.unshift(n);
	$("crumbs").replaceChildren(...chain.flatMap((n, i) => {
		const b = element("button", {type: "button", disabled: n === view.node, onclick: () => enter(n)}, n.parent ? n.name : "everything");
		return i ? [element("span", {"aria-hidden": "true"}, "›"), b] : [b];
	}));
}

function redraw(focus) {
	drawCrumbs();
	drawMap();
	if (focus && boxes.length) boxes[0].focus();
}

function enter(node, focus) {
	view.node = node;
	redraw(focus);
	tell({node});
}

function open(box) {
	const keyboard = document.activeElement && document.activeElement.matches(":focus-visible");
	if (box.small) enter(box.parent, keyboard);
	else if (box.node.file) choose(box.node.file);
	else enter(box.node, keyboard);
}

/* The file's own folder is opened and the file marked. */
function choose(file) {
	view.chosen = file;
	if (view.node !== file.node.parent) {
		view.node = file.node.parent;
		redraw(false);
	}
	for (const b of boxes) b.classList.toggle("chosen", !b.box.small && b.box.node.file === file);
	tell({node: file.node});
}

function tell(box) {
	const out = $("detail");
	if (box.small || !box.node.file) {
		out.replaceChildren(element("strong", {}, box.small ? "Small files" : box.node.name), ": ",
			box.small ? describe(box) : `${size(box.node.bytes)} in ${count(box.node.count)} files` +
				(box.node.kept < box.node.bytes ? `, ${percent(box.node.kept, box.node.bytes)} of it kept` : ""));
		return;
	}
	const f = box.node.file;
	const lines = [
		[element("code", {}, f.path)],
		[`${size(f.bytes)} (${count(f.bytes)} bytes)${f.zipped === null ? "" : ", " + size(f.zipped) + " zipped"} · `,
			`${f.pkg.name} ${f.pkg.version} · `, element("strong", {}, f.decision.label)],
	];
	if (f.why) lines.push([f.why]);
	out.replaceChildren(...lines.map((l) => element("div", {}, ...l)));
}

/* Arrow keys: the nearest box in that direction, by its centre, sideways distance counting twice. */
function neighbour(from, key) {
	const horizontal = key === "ArrowLeft" || key === "ArrowRight";
	const sign = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
	const centre = (d) => [(d.x0 + d.x1) / 2, d.children ? d.y0 + 8 : (d.y0 + d.y1) / 2];
	const [x, y] = centre(from.rect);
	let best = null, least = Infinity;
	for (const b of boxes) {
		const [bx, by] = centre(b.rect), dx = bx - x, dy = by - y;
		const along = sign * (horizontal ? dx : dy), across = Math.abs(horizontal ? dy : dx);
		if (b !== from && along > 0.5 && along + 2 * across < least) {
			least = along + 2 * across;
			best = b;
		}
	}
	return best;
}

function mapKey(event) {
	const b = event.target.closest("#map button");
	if (event.key === "Backspace" || event.key === "Escape") {
		if (view.node.parent) enter(view.node.parent, true);
	} else if (b && event.key.startsWith("Arrow")) {
		const next = neighbour(b, event.key);
		if (next) {
			b.tabIndex = -1;
			next.tabIndex = 0;
			next.focus();
		}
	} else {
		return;
	}
	event.preventDefault();
}

/* --- search ---------------------------------------------------------------------------------- */

const RESULTS = 200;

function search() {
	const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
	const found = words.length ? files.filter((f) => shown(f) && words.every((w) => f.text.includes(w))) : null;
	view.found = found && new Set(found);
	$("results").hidden = !found;
	if (found) {
		found.sort((a, b) => b.bytes - a.bytes);
		$("results-heading").textContent = `Found: ${count(found.length)} files, ${size(found.reduce((s, f) => s + f.bytes, 0))}` +
			(found.length > RESULTS ? `, the ${RESULTS} largest` : "");
		fileTable($("results-table"), found.slice(0, RESULTS));
	}
	drawMap();
}

/* --- tables ---------------------------------------------------------------------------------- */

/* columns: [title, value of a row, shown as (default: text), is text?] */
function table(target, columns, rows, sortBy) {
	let order = sortBy, down = true;
	const draw = () => {
		const sorted = [...rows];
		if (order !== undefined) {
			const value = columns[order][1];
			sorted.sort((a, b) => {
				const x = value(a), y = value(b);
				return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
			});
		}
		target.replaceChildren(
			element("thead", {}, element("tr", {}, ...columns.map(([title, , , text], i) =>
				element("th", {scope: "col", class: text ? "text" : undefined, "aria-sort": i === order ? (down ? "descending" : "ascending") : "none"},
					element("button", {type: "button", onclick: () => {
						down = i === order ? !down : !columns[i][3];
						order = i;
						draw();
					}}, title))))),
			element("tbody", {}, ...sorted.map((row) => element("tr", {}, ...columns.map(([, value, show, text]) => {
				const cell = show ? show(value(row), row) : String(value(row));
				return element("td", {class: text ? "text" : undefined}, cell);
			})))));
	};
	draw();
}

function fileTable(target, list) {
	table(target, [
		["file", (f) => f.path, (v, f) => element("button", {type: "button", onclick: () => { choose(f); $("map").scrollIntoView({block: "nearest"}); }}, v), true],
		["size", (f) => f.bytes, size],
		["package", (f) => f.pkg.name, undefined, true],
		["because", (f) => f.decision.label, undefined, true],
	], list, 1);
}

function section(title, fill) {
	const t = element("table");
	fill(t);
	$("tables").append(element("section", {}, element("h2", {}, title), element("div", {class: "scroll"}, t)));
}

function groupTable(title, list, name) {
	section(title, (t) => table(t, [
		["name", name, undefined, true],
		["files", (g) => g.files, count],
		["size", (g) => g.bytes, size],
		["kept files", (g) => g.kept_files, count],
		["kept", (g) => g.kept_bytes, size],
		["share", (g) => (g.bytes ? g.kept_bytes / g.bytes : 0), (v, g) => percent(g.kept_bytes, g.bytes)],
	], list, 2));
}

function tables() {
	if (doc.levels && doc.levels.length)
		section("What each level would keep", (t) => table(t, [
			["level", (l) => l.name, (v, l) => v + (l.chosen ? " (chosen)" : ""), true],
			["files", (l) => l.files, count], ["size", (l) => l.bytes, size],
		], doc.levels));
	if (doc.levers && doc.levers.length)
		section("Levers: what one line of rules would change", (t) => table(t, [
			["file", (l) => text(l, "path"), undefined, true], ["size", (l) => l.bytes, size],
			["why", (l) => text(l, "why"), undefined, true], ["rule", (l) => text(l, "rule"), (v) => element("code", {}, v), true],
		], doc.levers));
	groupTable("Packages", [...packages.values()], (p) => (p.version ? p.name + " " + p.version : p.name));
	section("Decisions", (t) => table(t, [
		["decision", (d) => d.label, undefined, true],
		["files", (d) => d.files, count], ["size", (d) => d.bytes, size],
	], [...decisions.values()], 2));
	groupTable("File types", doc.types, (p) => p.name);
	section("Largest files", (t) => fileTable(t, [...files].sort((a, b) => b.bytes - a.bytes).slice(0, 50)));
}

/* --- the head -------------------------------------------------------------------------------- */

function head() {
	const t = doc.totals;
	document.title = text(doc, "title") + " – importtrace report";
	$("title").textContent = text(doc, "title");
	$("totals").textContent = t.kept.files === t.all.files
		? `${count(t.all.files)} files, ${size(t.all.bytes)}` + (t.zip_bytes ? `; ${size(t.zip_bytes)} zipped` : "")
		: `${count(t.kept.files)} of ${count(t.all.files)} files and ${size(t.kept.bytes)} of ${size(t.all.bytes)} kept ` +
			`(${percent(t.kept.bytes, t.all.bytes)})` + (t.zip_bytes ? `; ${size(t.zip_bytes)} zipped` : "");
	$("limits").append(...doc.limits.map((l) => {
		const left = l.limit - l.used, bar = element("i");
		bar.style.width = Math.min(100, 100 * l.used / l.limit) + "%";
		return element("div", {class: left < 0 ? "limit over" : "limit"}, element("span", {}, l.name),
			element("div", {class: "track", role: "img", "aria-label": percent(l.used, l.limit)}, bar),
			element("span", {}, `${percent(l.used, l.limit)}, ` + (left < 0 ? `${size(-left)} over` : `${size(left)} left`)));
	}));
	const kept = [...decisions.values()].filter((d) => d.kept), removed = decisions.size > kept.length;
	kept.sort((a, b) => b.bytes - a.bytes);
	$("legend").append(...kept.map((d) => legendItem(d.label, d.colour, "")),
		...(removed ? [legendItem("removed", REMOVED, "removed")] : []));
	$("filter").hidden = !removed;
}

function legendItem(label, colour, cls) {
	const swatch = element("i");
	swatch.style.setProperty("--c", colour);
	return element("li", {class: cls}, swatch, label);
}

function setTheme(theme) {
	document.documentElement.dataset.theme = theme;
}

function listen() {
	const dark = matchMedia("(prefers-color-scheme: dark)");
	setTheme(dark.matches ? "dark" : "light");
	dark.addEventListener("change", () => setTheme(dark.matches ? "dark" : "light"));
	$("theme").addEventListener("click", () =>
		setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
	for (const b of $("filter").children)
		b.addEventListener("click", () => {
			view.filter = b.dataset.filter;
			for (const other of $("filter").children) other.setAttribute("aria-pressed", String(other === b));
			search();
		});
	$("search").addEventListener("input", search);
	$("search").addEventListener("keydown", (event) => {
		if (event.key === "Escape") {
			$("search").value = "";
			search();
		}
	});
	$("map").addEventListener("keydown", mapKey);
	document.addEventListener("keydown", (event) => {
		if (event.key === "/" && event.target.tagName !== "INPUT") {
			$("search").focus();
			event.preventDefault();
		}
	});
	/* Not only when the window changes: the tables below bring a scroll bar, which takes some width. */
	let timer = 0;
	new ResizeObserver(() => {
		clearTimeout(timer);
		if ($("map").clientWidth !== view.width || $("map").clientHeight !== view.height)
			timer = setTimeout(drawMap, 100);
	}).observe($("map"));
}

head();
listen();
redraw(false);
tell({node: tree});
tables();
document.documentElement.dataset.ready = String(Math.round(performance.now()));
})();
