/* version - the one place that names it. */
#pragma once

#define IMPORTTRACE_VERSION "0.1.0"
