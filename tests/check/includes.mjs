// SPDX-License-Identifier: Apache-2.0

/// Who may include whom in C: third-party headers stay in few files, folders know only what lies below them.

/// [header pattern, files that may include it]
const THIRD_PARTY = [
  [/^libwebsockets\.h$/, /^server\/(conn[\w]*\.[ch]|http\/[\w]+\.[ch]|loop\.c)$|^tests\/bench\/pictures\/bare_http\.c$/],
  [/^uv\.h$/, /^(server\/(loop|conn\w*|outgoing\/\w+|node\/\w+)|media\/(pool\w*|jobs\w*|cache\w*)|tests\/unit\/media\/\w+|tests\/bench\/pictures\/bare_http)\.[ch]$/],
  [/^sqlite3\.h$/, /^(server\/store\/sqlite_\w+\.[ch]|tests\/unit\/server\/\w+\.[ch]|tests\/chaos\/starve\.c)$/],
  [/^expat\.h$/, /^server\/catalogue\/feed_xml\.c$/],
  [/^jansson\.h$/, /^(protocol\/codec\/\w+\.[ch]|server\/api\/json\.[ch]|server\/(catalogue|auth)\/\w+\.[ch]|server\/admin\w*\.[ch]|server\/(site|settings\w*|mirror_filter\w*|mirror_css)\.[ch]|media\/(template\w*|film_text|film_spin|clip)\.c|tests\/.*)$/],
  [/^zlib\.h$/, /^(server\/mirror_filter\.c|tests\/.*)$/],
  [/^openssl\//, /^(server\/auth\/\w+\.[ch]|server\/conn\w*\.[ch]|server\/admin\w*\.[ch]|server\/doctor\/\w+\.c|media\/\w+\.c|tests\/.*)$/],
  [/^vips\//, /^(media\/image_\w+|tests\/unit\/media\/\w+)\.[ch]$/],
  [/^(cairo|pango|fontconfig)/, /^media\/image_\w+\.[ch]$/],
  [/^glib/, /^(media\/(names|image_\w+)|server\/zone)\.[ch]$/],
  [/^jpeglib\.h$/, /^media\/(image_\w+|film_jpeg)\.c$/],
  [/^seccomp\.h$/, /^media\/worker\w*\.c$/],
  [/^libav|^libsw/, /^(media\/film_\w+|tests\/unit\/media\/\w+)\.[ch]$/],
  [/^wels\//, /^media\/film_openh264\.c$/],
  [/^svt-av1\//, /^media\/film_svtav1\.c$/],
  [/^x264\.h$/, /^media\/film_x264\.c$/],
  [/^libpq/, /^server\/store\/postgres_\w+\.[ch]$/],
  [/^hiredis\//, /^server\/node\/redis\w*\.[ch]$/],
  [/^systemd\//, /^server\/serve(_node)?\.c$/],
  [/^curl\//, /^(server\/outgoing\/\w+|tests\/fuzz\/fuzz_url)\.[ch]$/],
  [/^cmocka\.h$/, /^tests\//],
];

/// [files, what of ours they may include]; the first row that fits a file counts.
const LAYERS = [
  [/^server\/base\//, /^server\/base\//],
  [/^protocol\//, /^(protocol|server\/base)\//],
  [/^media\//, /^(media|server\/base)\//],
  [/^server\//, /^(server|media|protocol\/(c|codec))\//],
];

/// Headers that belong to one module's files alone.
const PRIVATE = [
  [/^server\/conn_internal\.h$/, /^(server\/(conn\w*|http\/\w+)|tests\/unit\/server\/core_fixture)\.[ch]$/],
  [/^server\/http\/http_internal\.h$/, /^(server\/(conn\w*|http\/\w+)\.[ch]|tests\/.*)$/],
  [/^server\/config_internal\.h$/, /^(server\/config\w*\.[ch]|tests\/.*)$/],
  [/^server\/store\/(job|calls|sqlite_\w+)\.h$/, /^(server\/store\/\w+\.[ch]|tests\/.*)$/],
  [/^server\/outgoing\/outgoing_internal\.h$/, /^(server\/outgoing\/\w+\.c|tests\/.*)$/],
  [/^server\/node\/redis_internal\.h$/, /^server\/node\/redis\w*\.[ch]$/],
  [/^server\/doctor\/(?!doctor)\w+\.h$/, /^(server\/doctor\/\w+\.[ch]|tests\/.*)$/],
  [/^server\/main\./, /^$/],
];

const stem = (path) => path.split('/').at(-1).replace(/\.[ch]$/, '');

/// One handler file never includes another's header.
const isForeignHandler = (file, header) =>
  file.startsWith('server/handlers/') && header.startsWith('server/handlers/') && stem(header) !== 'handlers' && stem(header) !== stem(file);

const judge = (file, header, isSystem) => {
  const wrong = [];
  for (const [pattern, allowed] of isSystem ? THIRD_PARTY : PRIVATE)
    if (pattern.test(header) && !allowed.test(file)) wrong.push('belongs to other files');
  if (isSystem) return wrong;
  const layer = LAYERS.find(([files]) => files.test(file));
  if (layer && !layer[1].test(header)) wrong.push('lies above it');
  if (isForeignHandler(file, header)) wrong.push("is another handler's");
  return wrong;
};

export const includes = (tree) => {
  const wrong = [];
  for (const file of tree.paths.filter((path) => /\.[ch]$/.test(path))) {
    tree.text(file).split('\n').forEach((line, index) => {
      const match = line.match(/^\s*#\s*include\s+([<"])([^>"]+)[>"]/);
      if (!match) return;
      for (const reason of judge(file, match[2], match[1] === '<')) wrong.push(`${file}:${index + 1}: ${match[2]} ${reason}`);
    });
  }
  return wrong;
};
