// The inbox: / goes to the search, ? shows the keys, and a new message in a conversation of
// one's own becomes a notification of the browser, for whoever asked for that in this browser.
(() => {
  const WANTED = "leadflow-news";
  const isTyping = (target) =>
    target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    const target =
      event.key === "/" ? document.querySelector(".inbox-list input[type=search]") : null;
    const keys = event.key === "?" ? document.querySelector("dialog#keys") : null;
    if (target) target.focus();
    if (keys && !keys.open) keys.showModal();
    if (target || keys) event.preventDefault();
  });

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-ask='news']");
    if (!button || !("Notification" in window)) return;
    const answer = await Notification.requestPermission();
    localStorage.setItem(WANTED, answer === "granted" ? "yes" : "no");
    button.textContent = answer === "granted" ? "This browser notifies you" : "Not allowed here";
  });

  let last;
  const look = () => {
    const news = document.querySelector("#news");
    const key = news ? news.dataset.news : undefined;
    const isNew = key && last !== undefined && key !== last;
    if (news) last = key || "";
    if (!isNew || !document.hidden || localStorage.getItem(WANTED) !== "yes") return;
    if (Notification.permission !== "granted") return;
    const { title, text, href } = news.dataset;
    const shown = new Notification(title, { body: text, tag: key.split(":")[0] });
    shown.onclick = () => {
      window.focus();
      window.location.assign(href);
    };
  };
  new MutationObserver(look).observe(document.documentElement, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["data-news"],
  });
})();
