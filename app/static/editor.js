/* A small editor in place of a text area; what it makes is cleaned by the server whatever comes. */

const TAGS = new Set(["P", "DIV", "H1", "H2", "H3", "UL", "OL", "LI", "BLOCKQUOTE", "HR", "BR", "B", "STRONG", "I", "EM", "U", "S", "A"]);
const GONE = new Set(["SCRIPT", "STYLE", "IFRAME", "OBJECT", "TEMPLATE", "SVG", "MATH", "HEAD", "TITLE"]);

/** What was pasted or typed before, cut down to what mails hold, as the server will do again. */
function cleaned(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const node of [...page.body.querySelectorAll("*")]) {
    if (GONE.has(node.tagName.toUpperCase())) { node.remove(); continue; }
    if (!TAGS.has(node.tagName)) { node.replaceWith(...node.childNodes); continue; }
    for (const { name, value } of [...node.attributes])
      if (name !== "href" || !/^(https?|mailto|tel):/i.test(value.trim())) node.removeAttribute(name);
  }
  const fragment = document.createDocumentFragment();
  fragment.append(...page.body.childNodes);
  return document.importNode(fragment, true);
}

const looksLikeHtml = (text) => /<(p|div|br|b|i|u|s|a|ul|ol|h[1-3]|strong|em|blockquote|hr)\b[^>]*>/i.test(text);
const escaped = (text) => { const p = document.createElement("p"); p.textContent = text; return p.innerHTML; };
const paragraphs = (text) => text.split(/\n\n+/).filter((t) => t.trim()).map((t) => `<p>${escaped(t).replaceAll("\n", "<br>")}</p>`).join("");

const VERBS = {
  bold: ["B", (e, is) => (is ? e.removeBold() : e.bold())],
  italic: ["I", (e, is) => (is ? e.removeItalic() : e.italic())],
  bullets: ["UL", (e, is) => (is ? e.removeList() : e.makeUnorderedList())],
  numbers: ["OL", (e, is) => (is ? e.removeList() : e.makeOrderedList())],
  heading: ["H2", (e, is) => e.modifyBlocks((blocks) => {
    for (const block of blocks.querySelectorAll(is ? "h2" : "p, div")) {
      const other = document.createElement(is ? "p" : "h2");
      other.append(...block.childNodes);
      block.replaceWith(other);
    }
    return blocks;
  })],
};

function begin(field) {
  const area = field.querySelector("textarea"), tools = field.querySelector(".editor-tools"), linking = field.querySelector(".editor-link");
  const box = document.createElement("div");
  box.className = "editor-text";
  for (const [name, value] of Object.entries({ role: "textbox", "aria-multiline": "true", "aria-labelledby": `${area.id}-label`, "aria-required": "true" })) box.setAttribute(name, value);
  for (const name of ["aria-describedby", "aria-invalid"]) if (area.hasAttribute(name)) box.setAttribute(name, area.getAttribute(name));
  area.after(box);
  area.hidden = true;
  area.required = false;
  tools.hidden = false;
  const editor = new Squire(box, { blockTag: "P", sanitizeToDOMFragment: cleaned });
  editor.setHTML(looksLikeHtml(area.value) ? area.value : paragraphs(area.value));
  const write = () => { area.value = editor.getHTML(); area.dispatchEvent(new Event("input", { bubbles: true })); };
  editor.addEventListener("input", write);
  field.querySelector(`label[for="${area.id}"]`).addEventListener("click", () => editor.focus());

  const buttons = [...tools.querySelectorAll("[data-verb]")];
  const show = () => buttons.forEach((b) => b.setAttribute("aria-pressed", String(editor.hasFormat(VERBS[b.dataset.verb]?.[0] ?? "A"))));
  editor.addEventListener("pathChange", show);
  const link = linking.querySelector("[data-link]");
  function setLink() {
    const typed = link.value.trim();
    const address = /^(https?|mailto|tel):/i.test(typed) ? typed : typed.includes("@") ? `mailto:${typed}` : `https://${typed}`;
    linking.hidden = true;
    editor.focus();
    if (typed) editor.makeLink(address);
    write();
  }
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const verb = VERBS[button.dataset.verb];
      if (verb) { verb[1](editor, editor.hasFormat(verb[0])); editor.focus(); write(); show(); return; }
      if (editor.hasFormat("A")) { editor.removeLink(); editor.focus(); write(); return; }
      linking.hidden = false;
      link.value = "";
      link.focus();
    });
  }
  linking.querySelector("[data-link-ok]").addEventListener("click", setLink);
  link.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); setLink(); } });
  const fields = tools.querySelector("[data-merge]");
  fields.addEventListener("change", () => {
    if (fields.value) { editor.focus(); editor.insertPlainText(`{{${fields.value}}}`, false); write(); }
    fields.value = "";
  });
}

document.querySelectorAll("[data-editor]").forEach(begin);
