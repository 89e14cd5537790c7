// Turns <textarea data-editor> into an editor. The box stays in the page and always holds what will be sent; where this script or the editor's own file does
// not load, one writes in the box. django-prose-editor's file is imported by its address (templates/richtext/_head.html): an import map would be an inline script.

const editors = new WeakMap();
let library = null;

function load() {
  library ??= import(document.querySelector("[data-prose-editor]").dataset.proseEditor);
  return library;
}

const escape = (text) => text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);
const startsAsHtml = (text) => /^\s*<(p|ul|ol|blockquote|h[34]|pre|hr)\b/i.test(text);

/** Plain text as the server would take it: an empty line begins a paragraph. */
function paragraphs(text) {
  return text
    .split(/\n\s*\n/)
    .filter((part) => part.trim())
    .map((part) => `<p>${escape(part.trim()).replace(/\n/g, "<br>")}</p>`)
    .join("");
}

export function words(text) {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

/** What the box holds, as HTML where it came as HTML. */
export function read(textarea) {
  const untouched = textarea.value === textarea.defaultValue;
  return !editors.has(textarea) && untouched && textarea.dataset.html !== undefined ? textarea.dataset.html : textarea.value;
}

/** Puts a text into the box and its editor. */
export function write(textarea, markup, plain) {
  const editor = editors.get(textarea);
  if (editor) {
    editor.commands.setContent(startsAsHtml(markup) ? markup : paragraphs(markup));
    return;
  }
  if (startsAsHtml(markup)) {
    textarea.dataset.html = markup;
    textarea.value = textarea.defaultValue = plain(markup);
  } else {
    textarea.value = markup;
  }
  textarea.dispatchEvent(new Event("input", { bubbles: true }));
}

export function focus(textarea) {
  const editor = editors.get(textarea);
  if (editor) editor.commands.focus("end");
  else textarea.focus();
}

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The line under the box: words so far, and characters only when they run out. */
function counter(textarea) {
  const least = Number(textarea.dataset.minWords) || 0;
  const limit = Number(textarea.dataset.limit) || Infinity;
  const line = document.querySelector(`[data-editor-count="${textarea.id}"]`);
  return (text) => {
    if (!line) return;
    const count = words(text);
    const over = [...text].length - limit;
    const noun = count === 1 ? "word" : "words";
    line.textContent =
      over > 0 ? `${over.toLocaleString("en-US")} characters too many` : count < least ? `${count} of at least ${least} words` : `${count} ${noun}`;
    line.classList.toggle("is-short", count > 0 && count < least);
    line.classList.toggle("is-over", over > 0);
  };
}

/** Resolves when the box is an editor; rejects when the editor's file does not load. */
export async function enhance(textarea) {
  if (textarea.dataset.enhanced) return;
  textarea.dataset.enhanced = "true";
  const count = counter(textarea);
  const countPlain = () => editors.has(textarea) || count(textarea.value);
  textarea.addEventListener("input", countPlain);
  countPlain();
  const { Editor, Document, Paragraph, Text, HardBreak, History, Bold, Italic, Underline, Strike, Subscript, Superscript, Link, ...more } = await load();
  const { BulletList, OrderedList, ListItem, Blockquote, Heading, Code, CodeBlock, HorizontalRule, Extension } = more;

  const started = read(textarea);
  const box = element("div", { class: "editor" });
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  if (label && !label.id) label.id = `${textarea.id}_label`;
  const openLink = () => linkRow.open();
  const editor = new Editor({
    element: box,
    injectCSS: false, // it would be an inline style; static/css/editor.css has it
    editable: !textarea.disabled && !textarea.readOnly,
    content: startsAsHtml(started) ? started : paragraphs(started),
    extensions: [
      ...[Document, Paragraph, Text, HardBreak, History, Bold, Italic, Underline, Strike, Subscript, Superscript, BulletList, Blockquote, Code, CodeBlock, HorizontalRule],
      Heading.configure({ levels: [3, 4] }),
      // Tab leaves the editor everywhere, also in a list.
      ListItem.extend({ addKeyboardShortcuts() { return { Enter: () => this.editor.commands.splitListItem(this.name) }; } }),
      OrderedList.extend({ addNodeView: () => null, addAttributes: () => ({}) }),
      Link.extend({ addKeyboardShortcuts: () => ({ "Mod-k": () => openLink() || true }) }).configure({
        openOnClick: false,
        enableTarget: false,
        protocols: ["http", "https", "mailto"],
        defaultProtocol: "https",
      }),
      Extension.create({ name: "leave", addKeyboardShortcuts() { return { Escape: () => this.editor.commands.blur() }; } }),
    ],
    editorProps: {
      attributes: {
        class: "prose editor-text",
        role: "textbox",
        "aria-multiline": "true",
        ...(label ? { "aria-labelledby": label.id } : { "aria-label": textarea.getAttribute("aria-label") || "Text" }),
        ...Object.fromEntries(["aria-describedby", "aria-invalid"].filter((name) => textarea.hasAttribute(name)).map((name) => [name, textarea.getAttribute(name)])),
      },
      transformPastedHTML: tidy,
    },
    onUpdate() {
      textarea.value = editor.isEmpty ? "" : editor.getHTML();
      count(editor.getText({ blockSeparator: "\n" }));
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  const linkRow = linkField(editor);
  box.prepend(toolbar(editor, openLink), linkRow);
  textarea.before(box);
  const wasWriting = document.activeElement === textarea;
  textarea.hidden = true;
  textarea.value = startsAsHtml(started) || !started ? started : editor.getHTML();
  editors.set(textarea, editor);
  label?.addEventListener("click", (event) => {
    event.preventDefault();
    editor.commands.focus();
  });
  count(editor.getText({ blockSeparator: "\n" }));
  if (wasWriting) editor.commands.focus("end");
}

/** A word processor's paste, without what would only be thrown away: comments, style sheets, styles. The server cleans in any case. */
function tidy(markup) {
  return markup
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<(style|script|xml|head)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<\/?(o|w|m|v|st1):[^>]*>/gi, "")
    // The editor has no tables, and would run their cells together: rows become lines, cells words in them.
    .replace(/<\/?(table|thead|tbody|tfoot|colgroup|col)\b[^>]*>/gi, "")
    .replace(/<(\/?)(tr|caption|summary)\b[^>]*>/gi, "<$1div>")
    .replace(/<t[dh]\b[^>]*>/gi, "")
    .replace(/<\/t[dh]\s*>/gi, " ")
    .replace(/\s(style|class|lang|align|face|color|width|height|on\w+)=("[^"]*"|'[^']*'|[^\s>]+)/gi, "");
}

function toolbar(editor, openLink) {
  const act = (name, ...details) => () => editor.chain().focus()[name](...details).run();
  const items = [
    ["Bold", "bold", act("toggleBold"), "Control+B"],
    ["Italic", "italic", act("toggleItalic"), "Control+I"],
    ["Link", "link", openLink, "Control+K"],
    ["List", "bulletList", act("toggleBulletList"), ""],
    ["Numbers", "orderedList", act("toggleOrderedList"), ""],
    ["Quote", "blockquote", act("toggleBlockquote"), ""],
  ];
  const bar = element("div", { class: "editor-bar", role: "toolbar", "aria-label": "Formatting" });
  const buttons = items.map(([word, name, action, keys], index) => {
    const button = element("button", { type: "button", class: `editor-button editor-${name}`, "aria-pressed": "false", tabindex: index ? "-1" : "0" }, word);
    if (keys) button.setAttribute("aria-keyshortcuts", keys);
    button.addEventListener("click", action);
    bar.append(button);
    return [button, name];
  });
  const mark = () => buttons.forEach(([button, name]) => button.setAttribute("aria-pressed", String(editor.isActive(name))));
  editor.on("transaction", mark);
  // One stop for Tab; the arrows move inside.
  bar.addEventListener("keydown", (event) => {
    const all = buttons.map(([button]) => button);
    const here = all.indexOf(document.activeElement);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = all[(to + all.length) % all.length];
    all.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
    next.focus();
  });
  return bar;
}

/** Where a link's address is typed: a line under the buttons, not a dialog. */
function linkField(editor) {
  const input = element("input", { type: "url", class: "editor-address", placeholder: "https://", "aria-label": "Link address" });
  const button = (word, action) => {
    const made = element("button", { type: "button", class: "btn btn-quiet" }, word);
    made.addEventListener("click", action);
    return made;
  };
  const row = element("div", { class: "editor-link", hidden: "" }, input, button("Set link", set), button("Remove link", remove));
  function close() {
    row.hidden = true;
    editor.commands.focus();
  }
  function set() {
    const typed = input.value.trim();
    if (!typed) return remove();
    const href = /^(https?:|mailto:)/i.test(typed) ? typed : typed.includes("@") && !typed.includes("/") ? `mailto:${typed}` : `https://${typed}`;
    const chain = editor.chain().focus().extendMarkRange("link");
    if (editor.state.selection.empty && !editor.isActive("link")) chain.insertContent({ type: "text", text: typed, marks: [{ type: "link", attrs: { href } }] }).run();
    else chain.setMark("link", { href }).run();
    row.hidden = true;
  }
  function remove() {
    editor.chain().focus().extendMarkRange("link").unsetMark("link").run();
    row.hidden = true;
  }
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault(); // it would send the form
      set();
    } else if (event.key === "Escape") {
      close();
    }
  });
  row.open = () => {
    row.hidden = false;
    input.value = editor.getAttributes("link").href || "";
    input.focus();
    input.select();
  };
  return row;
}
