// What dialogs need of the browser. A button marked data-copy copies the text of the element that
// it names, also where the page came without TLS and the browser offers no clipboard to scripts.
// When a dialog closes and nothing has the focus, the focus goes back to where it was before.
(() => {
  const DIALOG = "[role=dialog], [role=alertdialog]";
  const SHOWN_MS = 2000;

  const select = (element) => {
    if (element.select) return element.select();
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };

  const copy = async (element) => {
    const text = element.value ?? element.textContent;
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      select(element);
      return document.execCommand("copy");
    }
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    const element = button && document.getElementById(button.dataset.copy);
    if (!element || !(await copy(element))) return;
    const aloud = button.nextElementSibling;
    button.toggleAttribute("data-copied", true);
    aloud.textContent = "Copied";
    setTimeout(() => {
      button.removeAttribute("data-copied");
      aloud.textContent = "";
    }, SHOWN_MS);
  });

  // A menu takes no focus from the pointer that opens it, so both are remembered.
  let last = null;
  const remember = ({ target }) => {
    const control = target.closest?.("a, button, input, textarea, [tabindex]");
    if (control && !control.closest(`${DIALOG}, [role=menu], [role=listbox]`)) last = control;
  };
  document.addEventListener("focusin", remember);
  document.addEventListener("pointerdown", remember, true);

  const giveBack = () => {
    if (document.querySelector(DIALOG) || document.activeElement !== document.body) return;
    const target = last?.isConnected ? last : document.querySelector("main");
    target?.focus({ preventScroll: true });
  };

  new MutationObserver((changes) => {
    const isClosed = changes.some(({ removedNodes }) =>
      [...removedNodes].some((node) => node.nodeType === 1 && (node.matches(DIALOG) || node.querySelector(DIALOG))),
    );
    if (isClosed) setTimeout(giveBack, 0);
  }).observe(document, { childList: true, subtree: true });
})();
