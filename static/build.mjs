// Bundles css and js, gives every file a name with its hash, writes manifest.json and .br/.gz beside each text.
// Plain node; the outcome in static/build is served for ever and never committed.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, "build");
const scripts = ["js/app.js", "js/day.js", "js/calendar.js", "js/hours.js"];
const styles = ["css/app.css", "css/calendar.css", "css/times.css", "css/hours.css", "css/kit.css"];
const images = ["icons.svg", "logo.svg", "favicon.svg"];
const DAY = 24 * 60 * 60 * 1000;
const manifest = {};
const written = new Set(["manifest.json"]);

async function write(name, logical, contents) {
  await writeFile(path.join(out, name), contents);
  written.add(name);
  manifest[logical] = name;
  if (/\.(css|js|svg)$/.test(name)) {
    const quality = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 } };
    await writeFile(path.join(out, name + ".br"), zlib.brotliCompressSync(contents, quality));
    await writeFile(path.join(out, name + ".gz"), zlib.gzipSync(contents, { level: 9 }));
    written.add(name + ".br").add(name + ".gz");
  }
}

await mkdir(out, { recursive: true });
const result = await build({
  absWorkingDir: here,
  entryPoints: [...scripts, ...styles],
  outdir: out,
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  format: "esm",
  target: ["chrome87", "firefox78", "safari14.1"],
  charset: "utf8",
  legalComments: "none",
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file" },
});
for (const file of result.outputFiles) {
  const name = path.basename(file.path);
  await write(name, name.replace(/-[A-Z0-9]{8}(?=\.\w+$)/, ""), file.contents);
}
for (const image of images) {
  const text = (await readFile(path.join(here, "images", image), "utf8")).replace(/>\s+</g, "><").trim();
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase();
  await write(image.replace(".svg", `-${hash}.svg`), image, Buffer.from(text));
}
await writeFile(path.join(out, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
// A portal that is running goes on serving what it started with: only yesterday's files are swept out.
for (const name of await readdir(out)) {
  const file = path.join(out, name);
  if (!written.has(name) && (await stat(file)).mtimeMs < Date.now() - DAY) await rm(file);
}
for (const [logical, name] of Object.entries(manifest)) {
  const { length } = await readFile(path.join(out, written.has(name + ".br") ? name + ".br" : name));
  console.log(`${logical.padEnd(48)} ${String(length).padStart(6)} bytes`);
}
