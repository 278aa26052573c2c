// Makes app/static/vendor from pinned npm packages: subset of Tabler's CSS, sprite of the icons used, font, scripts.
// Run it through build.sh after a template begins to use a new class or icon.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { createRequire } from "node:module";
import { PurgeCSS } from "purgecss";
import subsetFont from "subset-font";

const ROOT = process.argv[2];
const OUT = join(ROOT, "app/static/vendor");
const require = createRequire(import.meta.url);
const modules = join(dirname(new URL(import.meta.url).pathname), "node_modules");
const CSS_LIMIT = 120_000, SPRITE_LIMIT = 32_000;

/** All files under a folder whose names end so. */
function files(folder, ...ends) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((e) => {
    const path = join(folder, e.name);
    if (e.isDirectory()) return path.includes("static/vendor") ? [] : files(path, ...ends);
    return ends.some((end) => e.name.endsWith(end)) ? [path] : [];
  });
}

const app = join(ROOT, "app");
const pages = files(app, ".html"), code = files(app, ".py"), own = files(join(app, "static"), ".js");

/** Tabler's rules that our pages can meet. Layout utilities stay whole, so that a new page rarely needs a new build. */
async function stylesheet() {
  const own_css = readFileSync(join(app, "static/app.css"), "utf8");
  const [result] = await new PurgeCSS().purge({
    content: [...pages, ...code, ...own].map((path) => ({ raw: readFileSync(path, "utf8"), extension: "html" })),
    css: [{ raw: readFileSync(join(modules, "@tabler/core/dist/css/tabler.min.css"), "utf8") }],
    keyframes: true,
    fontFace: true,
    defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [],
    safelist: {
      standard: [/^(d|m[tbesxy]?|p[tbesxy]?|g|gap|row|col|flex|align|justify|order)(-(sm|md|lg))?-?[\w]{0,8}$/,
        /^(text|fw|fs|w|h)-(start|end|center|muted|secondary|danger|success|nowrap|truncate|bold|medium|100|auto)$/],
    },
    blocklist: [/^navbar/, /^theme-/, /^hide-theme/, /^dropdown/, /^offcanvas/, /^modal/, /^carousel/, /^toast/, /^popover/, /^tooltip/,
      /^(text|bg|btn|border|link|icon-link|ratio)-(blue|azure|purple|lime|cyan|teal|pink|yellow|orange|x|twitter|facebook)/, /^avatar/, /^steps?$/, /^step-/, /^empty/, /^nav/, /^page/, /^progress/, /^chip/, /^dot/, /^group/, /^count/, /^tabs?$/],
  });
  return `/* Subset of @tabler/core (MIT), made by deploy/assets/build.mjs. */\n${usedVariables(result.css, own_css)}`;
}

/** Drop custom properties that nobody reads, again and again, as some are read only by dropped ones. */
function usedVariables(css, ownCss) {
  for (;;) {
    const read = new Set([...(css + ownCss).matchAll(/var\(\s*(--[\w-]+)/g)].map((m) => m[1]));
    const next = css.replace(/(--[\w-]+)\s*:([^;{}]*)(;|(?=\}))/g, (all, name) => (read.has(name) ? all : ""));
    if (next === css) return css.replace(/[^{}]+\{\s*\}/g, "");
    css = next;
  }
}

/** Every quoted word of a page, and of the lines of Python that speak of icons, if Tabler has an icon of that name. */
function iconNames() {
  const outline = join(modules, "@tabler/icons/icons/outline");
  const known = new Set(readdirSync(outline).map((f) => f.replace(".svg", "")));
  const texts = pages.map((p) => readFileSync(p, "utf8"));
  const lines = code.flatMap((p) => readFileSync(p, "utf8").split("\n").filter((l) => /icon|Entry\(|View\./.test(l)));
  const words = [...texts, ...lines].flatMap((t) => [...t.matchAll(/["']([a-z][a-z0-9-]*)["']/g)].map((m) => m[1]));
  const notIcons = ["a", "h1", "h2", "http", "json", "space", "method", "template", "code", "key", "section", "id", "text-size", "label", "column", "row-remove", "article", "signature", "number", "details", "input-search", "sum", "math"];
  return [...new Set(words)].filter((w) => known.has(w) && !notIcons.includes(w)).sort();
}

function sprite(names) {
  const symbols = names.map((name) => {
    const svg = readFileSync(join(modules, `@tabler/icons/icons/outline/${name}.svg`), "utf8");
    const inside = svg.replace(/^[\s\S]*?>\s*/, "").replace(/<path stroke="none"[^>]*>\s*/, "").replace("</svg>", "").replace(/\s+/g, " ").replace(/ \/>/g, "/>").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${inside}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round">\n${symbols.join("\n")}\n</svg>\n`;
}

/** Inter's Latin Extended file cut to what European names need. */
async function latinExt() {
  const range = (from, to) => String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, i) => from + i));
  const file = readFileSync(join(modules, "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2"));
  return subsetFont(file, range(0x100, 0x17f) + range(0x218, 0x21b) + "ẞ€₤₺", { targetFormat: "woff2" });
}

const made = [];
function put(name, content, pkg) {
  writeFileSync(join(OUT, name), content);
  const about = JSON.parse(readFileSync(join(modules, pkg, "package.json"), "utf8"));
  made.push({ file: name, package: about.name, version: about.version, licence: about.license, bytes: statSync(join(OUT, name)).size,
    sha256: createHash("sha256").update(content).digest("hex") });
}
const plain = (path) => readFileSync(join(modules, path));
const script = (path) => readFileSync(join(modules, path), "utf8").replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");

mkdirSync(OUT, { recursive: true });
put("tabler.css", await stylesheet(), "@tabler/core");
put("icons.svg", sprite(iconNames()), "@tabler/icons");
put("htmx.js", script("htmx.org/dist/htmx.min.js"), "htmx.org");
put("tom-select.js", script("tom-select/dist/js/tom-select.popular.min.js"), "tom-select");
put("squire.js", script("squire-rte/dist/squire.js"), "squire-rte");
put("sortable.js", script("sortablejs/Sortable.min.js"), "sortablejs");
put("inter-latin.woff2", plain("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"), "@fontsource-variable/inter");
put("inter-latin-ext.woff2", await latinExt(), "@fontsource-variable/inter");
writeFileSync(join(OUT, "manifest.json"), JSON.stringify(made, null, 2) + "\n");
for (const m of made) console.log(`${m.file}\t${(m.bytes / 1000).toFixed(1)} KB\t${m.package} ${m.version} (${m.licence})`);
const size = (name) => made.find((m) => m.file === name).bytes;
if (size("tabler.css") > CSS_LIMIT || size("icons.svg") > SPRITE_LIMIT) {
  console.error(`Too heavy: tabler.css at most ${CSS_LIMIT} bytes, icons.svg at most ${SPRITE_LIMIT}.`);
  process.exit(1);
}
