// Keys for lists: j and k walk through the links marked data-step, r goes to the reply box
// (data-key="r"), e, a, s and n press what is marked with them (data-key="e"). Nothing happens while somebody types,
// or together with Ctrl, Alt or Meta. A menu of the frame closes with Escape, with a choice in it,
// and with a click beside it.
(() => {
  const isTyping = (target) =>
    target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

  const walk = (step) => {
    const links = [...document.querySelectorAll("a[data-step]")];
    if (links.length === 0) return false;
    const here = links.findIndex((link) => link.getAttribute("aria-current") === "true");
    const next = links[Math.min(Math.max(here + step, 0), links.length - 1)];
    next.click();
    next.scrollIntoView({ block: "nearest" });
    return true;
  };

  const act = (key) => {
    const target = document.querySelector(`[data-key="${key}"]`);
    if (!target) return false;
    // A menu opens with the press of a pointer, or with Enter while it has the focus.
    if (key === "r") target.focus();
    else if (target.getAttribute("aria-haspopup") === "menu") {
      target.focus();
      target.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    } else target.click();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    const done =
      event.key === "j" ? walk(1) : event.key === "k" ? walk(-1) : /^[reasn]$/.test(event.key) && act(event.key);
    if (done) event.preventDefault();
  });

  const openMenus = () => [...document.querySelectorAll("details.account[open], details.switcher[open]")];

  document.addEventListener("click", ({ target }) => {
    for (const menu of openMenus()) {
      const isInside = menu.contains(target);
      const isChoice = isInside && target.closest("a, button");
      if (isChoice || !isInside) setTimeout(() => menu.removeAttribute("open"), 0);
    }
  });

  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    for (const menu of openMenus()) {
      const hadFocus = menu.contains(document.activeElement);
      menu.removeAttribute("open");
      if (hadFocus) menu.querySelector("summary").focus();
    }
  });
})();
