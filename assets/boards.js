// Boards: lists whose parts are moved. A part is marked data-movable with its key, a handle in it
// data-handle; both stand in a data-board with an input .board-told, which tells the page what is
// asked: "up KEY", "down KEY", "in KEY", "out KEY" from Alt with an arrow key, "before KEY OTHER"
// and "after KEY OTHER" from the pointer. A board that is marked data-focus="TURN ID" gives the
// focus to the element of this id, once for each turn. Enter in a line of text takes it;
// Ctrl with Enter sends the form that data-form names.
(() => {
  const WAYS = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" };
  const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;

  const tell = (board, text) => {
    const told = board.querySelector(".board-told");
    if (!told || told.matches(":disabled")) return;
    setValue.call(told, text);
    told.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const partOf = (target) => {
    const part = target.closest?.("[data-movable], [data-action]");
    return part && (part.dataset.movable || part.dataset.action) ? part : null;
  };

  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    const board = target.closest?.("[data-board]");
    if (!board) return;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      target.blur();
      document.getElementById(board.dataset.form ?? "")?.requestSubmit();
      return;
    }
    if (key === "Enter" && target.matches("input.write")) {
      event.preventDefault();
      target.blur();
      target.focus();
      return;
    }
    const part = event.altKey && WAYS[key] && partOf(target);
    if (!part) return;
    event.preventDefault();
    if (target.matches("input, textarea")) target.blur();
    const isAction = "action" in part.dataset;
    const way = isAction ? `action_${WAYS[key]}` : WAYS[key];
    tell(board, `${way} ${part.dataset.movable || part.dataset.action}`);
  });

  // A file that is chosen in an input marked data-read-into fills the element that it names.
  document.addEventListener("change", async ({ target }) => {
    const into = target.dataset?.readInto && document.getElementById(target.dataset.readInto);
    if (into && target.files[0]) into.value = await target.files[0].text();
  });

  let given = "";
  const attend = () => {
    const asked = document.querySelector("[data-focus]")?.dataset.focus ?? "";
    if (!asked || asked === given) return;
    const control = document.getElementById(asked.split(" ")[1] ?? "");
    if (!control) return;
    given = asked;
    control.focus();
  };
  new MutationObserver(() => setTimeout(attend, 0)).observe(document, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-focus"],
  });

  // Dragging: the handle is what the pointer takes, the part is what moves.
  let dragged = null;
  const unmark = () => {
    for (const part of document.querySelectorAll("[data-over]")) part.removeAttribute("data-over");
  };
  const sideOf = (part, event) => {
    const { top, height } = part.getBoundingClientRect();
    return event.clientY < top + height / 2 ? "before" : "after";
  };

  document.addEventListener("pointerdown", ({ target }) => {
    const handle = target.closest?.("[data-handle]");
    if (handle && !handle.closest("fieldset:disabled")) handle.draggable = true;
  });
  document.addEventListener("dragstart", (event) => {
    if (!event.target.closest?.("[data-handle]")) return;
    dragged = partOf(event.target);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged?.dataset.movable ?? "");
  });
  document.addEventListener("dragover", (event) => {
    const part = dragged && event.target.closest?.("[data-movable]");
    if (!part || part.closest("[data-board]") !== dragged.closest("[data-board]")) return;
    unmark();
    if (part === dragged || !part.dataset.movable) return;
    event.preventDefault();
    part.dataset.over = sideOf(part, event);
  });
  document.addEventListener("drop", (event) => {
    const part = dragged && event.target.closest?.("[data-over]");
    if (!part) return;
    event.preventDefault();
    const board = part.closest("[data-board]");
    tell(board, `${part.dataset.over} ${dragged.dataset.movable} ${part.dataset.movable}`);
  });
  document.addEventListener("dragend", () => {
    dragged = null;
    unmark();
  });
})();
