/* Files dropped or chosen are sent one after the other, each with its bar; pictures are looked at in a dialog. */
const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

function row(form, name) {
  const item = document.createElement("li");
  item.className = "upload";
  const words = document.createElement("span");
  words.textContent = name;
  const bar = document.createElement("progress");
  bar.className = "bar";
  bar.max = 1;
  bar.setAttribute("aria-label", name);
  const said = document.createElement("small");
  said.className = "muted";
  item.append(words, bar, said);
  form.querySelector("[data-uploads]").append(item);
  return { item, bar, said };
}

function send(form, file, shown) {
  const data = new FormData(form);
  data.delete("file");
  data.append("file", file);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", csrf());
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) shown.bar.value = event.loaded / event.total; });
  return new Promise((done) => {
    request.addEventListener("loadend", () => done(request.status === 201 ? "" : request.response?.message || form.dataset.failed));
    request.send(data);
  });
}

async function upload(form, files) {
  form.querySelectorAll(".upload-done").forEach((item) => item.remove());
  const waiting = files.map((file) => ({ file, shown: row(form, file.name) }));
  for (const { file, shown } of waiting) {
    const tooBig = file.size > Number(form.dataset.limit) * 1024 * 1024;
    const refused = tooBig ? form.dataset.tooBig : await send(form, file, shown);
    shown.bar.remove();
    shown.said.textContent = refused || form.dataset.stored;
    shown.item.classList.add(refused ? "upload-bad" : "upload-done");
  }
  document.body.dispatchEvent(new CustomEvent("files-changed"));
}

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-upload]");
  if (!form || event.target.type !== "file" || !event.target.files.length) return;
  const files = [...event.target.files];
  event.target.value = "";
  upload(form, files);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-preview]");
  if (!link || event.ctrlKey || event.metaKey || event.button) return;
  event.preventDefault();
  const dialog = document.createElement("dialog");
  dialog.className = "dialog preview";
  dialog.setAttribute("aria-label", link.dataset.preview);
  const image = document.createElement("img");
  image.src = link.href;
  image.alt = link.dataset.preview;
  dialog.append(image);
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  document.body.append(dialog);
  dialog.showModal();
});
