/* The grid: moves with the keyboard, pastes blocks, and keeps what is typed as it is typed. Without it the page is a plain form. */
"use strict";
(() => {
  const form = document.getElementById("grid");
  const state = document.getElementById("state");
  const WAIT = 700, AGAIN = 4000, LARGEST = 2000000, MOST_ROWS = 100;
  let before = "", timer = 0, busy = false, waiting = false, dirty = false;

  const cells = () => [...form.querySelectorAll("table.grid input")];
  const cellOf = (target) => (target.matches && target.matches("table.grid input") ? target : null);
  const say = (text, bad) => { state.textContent = text; state.classList.toggle("bad", Boolean(bad)); };

  function beside(cell, rows, columns) {
    const row = cell.closest("tr"), at = [...row.children].indexOf(cell.closest("td"));
    if (columns) { const td = row.children[at + columns]; return td && td.querySelector("input"); }
    const other = rows > 0 ? row.nextElementSibling : row.previousElementSibling;
    return other && other.children[at].querySelector("input");
  }
  /* Below the last row stands another blank one, as many as are needed: the server counts rows by their place. */
  function below(cell) {
    const row = cell.closest("tr"), place = Number(/^c-(\d+)-/.exec(cell.name)[1]), number = Number(row.id.slice("row-".length));
    if (row.nextElementSibling || row.parentElement.children.length >= MOST_ROWS) return;
    const next = row.cloneNode(true);
    for (const one of [next, ...next.querySelectorAll("[id]")]) one.id = one.id.replace(`-${number}`, `-${number + 1}`);
    next.querySelector("th").firstChild.textContent = String(number + 1);
    for (const list of next.querySelectorAll("ul")) { list.replaceChildren(); list.hidden = true; }
    for (const one of next.querySelectorAll("input")) {
      one.value = ""; one.removeAttribute("aria-invalid");
      const column = one.name.replace(/^c-\d+-/, "");
      one.name = `c-${place + 1}-${column}`;
      one.setAttribute("aria-label", `${column}, ${number + 1}`);
      one.setAttribute("aria-describedby", `f-${number + 1} f-${number + 1}-${column}`);
    }
    row.after(next);
  }
  function go(cell) { if (cell) { cell.focus(); cell.select(); } return Boolean(cell); }

  form.addEventListener("focusin", (event) => { const cell = cellOf(event.target); if (cell) before = cell.value; });
  form.addEventListener("keydown", (event) => {
    const cell = cellOf(event.target);
    if (!cell || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const start = cell.selectionStart === 0 && (cell.selectionEnd === 0 || cell.selectionEnd === cell.value.length);
    const end = cell.selectionEnd === cell.value.length && (cell.selectionStart === cell.selectionEnd || cell.selectionStart === 0);
    let moved = false;
    if (event.key === "Enter") { if (!event.shiftKey) below(cell); go(beside(cell, event.shiftKey ? -1 : 1)); moved = true; }
    else if (event.key === "ArrowDown") moved = go(beside(cell, 1));
    else if (event.key === "ArrowUp") moved = go(beside(cell, -1));
    else if (event.key === "ArrowRight" && end && !event.shiftKey) moved = go(beside(cell, 0, 1));
    else if (event.key === "ArrowLeft" && start && !event.shiftKey) moved = go(beside(cell, 0, -1));
    else if (event.key === "Escape") { if (cell.value !== before) { cell.value = before; later(); } cell.select(); moved = true; }
    if (moved) event.preventDefault();
  });

  form.addEventListener("input", (event) => { if (cellOf(event.target)) later(); });
  form.addEventListener("paste", (event) => {
    const cell = cellOf(event.target);
    const text = (event.clipboardData || { getData: () => "" }).getData("text/plain");
    if (!cell || !/[\t\n\r]/.test(text.replace(/[\r\n]+$/, ""))) return;
    event.preventDefault();
    if (text.length > LARGEST) { say(state.dataset.big, true); return; }
    const [, number, column] = /^c-(\d+)-(.+)$/.exec(cell.id);
    document.getElementById("paste").value = text;
    document.getElementById("paste_row").value = number;
    document.getElementById("paste_column").value = column;
    clearTimeout(timer);
    keep(cell.id);
  });

  form.addEventListener("submit", () => { dirty = false; clearTimeout(timer); });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  function later(wait) { dirty = true; clearTimeout(timer); timer = setTimeout(() => keep(""), wait === undefined ? WAIT : wait); }

  async function keep(pasted) {
    if (busy) { waiting = waiting || pasted || true; return; }
    busy = true; waiting = false; dirty = true;
    say(state.dataset.keeping);
    const sent = new FormData(form);
    if (!pasted) for (const name of ["paste", "column"]) sent.delete(name);
    const sentCells = new Map(cells().map((cell) => [cell.name, cell.value]));
    let again = 0;
    try {
      const answer = await fetch(form.getAttribute("action") || location.href, { method: "POST", body: sent, headers: { Accept: "application/json" }, redirect: "manual", credentials: "same-origin" });
      if (answer.type === "opaqueredirect" || answer.status === 403) { say(state.dataset.signedOut, true); await fresh(); again = AGAIN; }
      else if (answer.status === 413 || answer.status === 400) say(state.dataset.big, true);
      else if (answer.status === 200 || answer.status === 422) {
        const told = await answer.json();
        form.elements.version.value = told.version;
        if (told.kept) dirty = cells().some((cell) => sentCells.get(cell.name) !== cell.value);
        if (pasted && told.kept) { dirty = false; location.hash = pasted; location.reload(); return; }
        show(told);
      } else { say(state.dataset.unkept, true); again = AGAIN; }
    } catch (error) { say(state.dataset.unkept, true); again = AGAIN; }
    finally { busy = false; if (pasted) document.getElementById("paste-part").open = true; }
    if (waiting) keep(waiting === true ? "" : waiting); else if (again) later(again);
  }

  /* Who signed in again in another window has another token: the page is asked for it, and nothing else of it is taken. */
  async function fresh() {
    const answer = await fetch(location.href, { redirect: "manual", credentials: "same-origin" });
    if (answer.status !== 200) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("#grid [name=csrfmiddlewaretoken]");
    if (token) for (const one of document.querySelectorAll("[name=csrfmiddlewaretoken]")) one.value = token.value;
  }

  function list(id, reasons) {
    const place = document.getElementById(id);
    if (!place) return false;
    place.replaceChildren(...reasons.map((reason) => { const item = document.createElement("li"); item.textContent = reason; return item; }));
    place.hidden = !reasons.length;
    return true;
  }
  function show(told) {
    say(told.fault || told.said, Boolean(told.fault));
    for (const row of form.querySelectorAll("table.grid tbody tr")) {
      const number = row.id.slice("row-".length), wrong = told.faults[number] || {};
      const whole = Object.entries(wrong).filter(([column]) => !document.getElementById(`c-${number}-${column}`)).flatMap(([, reasons]) => reasons);
      list(`f-${number}`, whole);
      for (const cell of row.querySelectorAll("input")) {
        const column = cell.id.slice(`c-${number}-`.length), reasons = wrong[column] || [];
        list(`f-${number}-${column}`, reasons);
        if (reasons.length) cell.setAttribute("aria-invalid", "true"); else cell.removeAttribute("aria-invalid");
      }
    }
  }
  if (location.hash.startsWith("#c-")) go(document.getElementById(location.hash.slice(1)));
})();
