// Files for a reply. An input marked data-upload sends the chosen file to the address it names;
// so does a picture that is pasted into a form with such an input. How far it is, and what went
// wrong, stands in the .upload of the same form; the id of what arrived goes into .upload-told,
// which tells the page. A form whose file is still under way is not sent.
(() => {
  const running = new Map();
  const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;

  const parts = (form) => ({
    row: form.querySelector(".upload-running"),
    name: form.querySelector(".upload-name"),
    bar: form.querySelector(".upload-running progress"),
    error: form.querySelector(".upload-error"),
    told: form.querySelector(".upload-told"),
  });

  const say = ({ error }, words) => {
    error.textContent = words;
    error.hidden = !words;
  };

  const stop = (form) => {
    running.get(form)?.abort();
    running.delete(form);
    const { row } = parts(form);
    if (row) row.hidden = true;
  };

  const refusal = ({ status, responseText }) => {
    try {
      const { detail, message, title } = JSON.parse(responseText);
      const words = detail || message || title;
      if (words) return words.charAt(0).toUpperCase() + words.slice(1).replace(/\.?$/, ".");
    } catch {
      // What is no JSON comes from a proxy in between.
    }
    if (status === 413) return "The file is too large.";
    return "The file did not arrive. Try again in a moment.";
  };

  const tell = (told, id) => {
    setValue.call(told, id);
    told.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const upload = (input, file) => {
    const form = input.closest("form");
    const shown = parts(form);
    stop(form);
    say(shown, "");
    const most = Number(input.dataset.most);
    if (file.size > most) {
      return say(shown, `${file.name} is larger than ${most / 1024 / 1024} MB, the most that can be sent from here.`);
    }
    if (file.size === 0) return say(shown, `${file.name} is empty.`);
    const request = new XMLHttpRequest();
    const end = (act) => () => {
      if (running.get(form) !== request) return;
      running.delete(form);
      shown.row.hidden = true;
      if (input.isConnected) act();
    };
    request.upload.onprogress = ({ loaded, total }) => {
      shown.bar.value = loaded / total;
    };
    request.onload = end(() =>
      request.status === 201 ? tell(shown.told, JSON.parse(request.responseText).id) : say(shown, refusal(request)),
    );
    request.onerror = end(() => say(shown, refusal(request)));
    running.set(form, request);
    shown.name.textContent = file.name;
    shown.bar.value = 0;
    shown.row.hidden = false;
    const body = new FormData();
    body.append("file", file, file.name);
    request.open("POST", input.dataset.upload);
    request.send(body);
  };

  document.addEventListener("change", ({ target }) => {
    if (!target.matches?.("input[data-upload]") || target.files.length === 0) return;
    const [file] = target.files;
    upload(target, file);
    target.value = "";
  });

  document.addEventListener("paste", (event) => {
    const input = event.target.closest?.("form")?.querySelector("input[data-upload]");
    const [file] = event.clipboardData?.files ?? [];
    if (!input || !file) return;
    event.preventDefault();
    upload(input, file);
  });

  document.addEventListener("click", ({ target }) => {
    if (target.closest?.("[data-upload-cancel]")) stop(target.closest("form"));
  });

  document.addEventListener(
    "submit",
    (event) => {
      if (!running.has(event.target)) return;
      event.preventDefault();
      event.stopPropagation();
      say(parts(event.target), "The file is still on its way. Send when it is there, or cancel it.");
    },
    true,
  );
})();
