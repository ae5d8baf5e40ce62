// Boards: dragging a card posts `to=<column>` to its address; a refusal puts the card back.
(() => {
  for (const list of document.querySelectorAll("[data-board] [data-column]")) {
    window.Sortable.create(list, {
      group: "board",
      draggable: "[data-movable]",
      filter: "a, select, button",
      preventOnFilter: false,
      ghostClass: "fw-board-ghost",
      animation: 0,
      onEnd: (event) => event.from !== event.to && move(event),
    });
  }

  async function move(event) {
    const { item, from, to, oldDraggableIndex } = event;
    count(from, to);
    try {
      const answer = await fetch(item.dataset.move, {
        method: "POST",
        body: new URLSearchParams({ to: to.dataset.column }),
        headers: { "X-CSRFToken": document.body.dataset.csrf, "HX-Request": "true" },
      });
      if (!answer.ok) throw new Error(await answer.text());
      const said = JSON.parse(answer.headers.get("HX-Trigger") || "{}")["fw:toast"];
      if (said) document.body.dispatchEvent(new CustomEvent("fw:toast", { detail: said }));
      sums();
    } catch (error) {
      from.insertBefore(item, from.children[oldDraggableIndex] ?? null);
      count(from, to);
      const text = error.message.length < 200 ? error.message : "";
      document.body.dispatchEvent(new CustomEvent("fw:toast", { detail: { text, kind: "bad" } }));
    }
  }

  // Sums are the server's: several currencies, and cards beyond those shown.
  async function sums() {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const list of document.querySelectorAll("[data-board] [data-column]")) {
      const name = CSS.escape(list.dataset.column);
      const sum = fresh.querySelector(`[data-column="${name}"]`)?.closest("section").querySelector("[data-board-sum]");
      if (sum) list.closest("section").querySelector("[data-board-sum]").textContent = sum.textContent;
    }
  }

  function count(...lists) {
    for (const list of lists) {
      const shown = list.closest("section").querySelector("[data-board-count]");
      shown.textContent = list.querySelectorAll(".fw-board-card").length;
    }
  }
})();
