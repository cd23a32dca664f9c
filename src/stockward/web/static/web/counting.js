/* Keeps what is typed on a count sheet on this device until the server has it: through a lost connection, a page that
   is left or loaded again, and a session that has ended. A count is not handed in while lines wait here. Without this
   script a sheet is saved with its button. */
(function () {
  "use strict";
  if (!window.fetch || !window.localStorage) return;
  const again = 5000, soon = 700;
  const form = document.getElementById("sheet") || document.getElementById("hand-in");
  if (!form) return;
  const prefix = "count:" + form.dataset.count + ":";

  const kept = (key) => { try { return JSON.parse(localStorage.getItem(prefix + key)); } catch (error) { return null; } };
  const drop = (key) => localStorage.removeItem(prefix + key);
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  function keep(key, one) { try { localStorage.setItem(prefix + key, JSON.stringify(one)); return true; } catch (error) { return false; } }
  const waiting = () => Object.keys(localStorage).filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));

  /* Sends lines of one sheet; what the server has is dropped here, and what others wrote meanwhile is held. */
  async function post(address, keys, leaving) {
    const sent = {}, body = new URLSearchParams();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    for (const key of keys) {
      const one = sent[key] = kept(key);
      body.set("quantity-" + key, one.quantity);
      body.set("remark-" + key, one.remark);
      body.set("seen-" + key, one.seen);
    }
    const answer = await fetch(address, { method: "POST", body: body, headers: { Accept: "application/json" }, redirect: "manual", credentials: "same-origin", keepalive: leaving });
    if (answer.type === "opaqueredirect" || answer.status === 403) return { ended: true };
    if (answer.status === 409) return await answer.json();
    if (!answer.ok) throw new Error("not kept");
    const told = await answer.json();
    for (const key of keys) {
      const now = kept(key);
      if (key in told.saved) {
        if (same(now, sent[key])) drop(key);
        else if (now) keep(key, Object.assign(now, { seen: String(told.saved[key]) }));
      } else if (now && key in told.meanwhile) keep(key, Object.assign(now, { seen: String(told.meanwhile[key]), held: true }));
    }
    return told;
  }

  function onSheet() {
    const status = document.getElementById("kept");
    const field = (what, key) => form.elements[what + "-" + key];
    const keys = Array.from(form.querySelectorAll("[data-line]"), (row) => row.dataset.line);
    const unsent = () => keys.filter((key) => { const one = kept(key); return one && !one.held; });
    let sending = false, timer = null;
    const say = (text) => { if (status.textContent !== text) status.textContent = text; };

    function tell(key, text) {
      const place = document.getElementById("told-" + key);
      place.textContent = text;
      place.hidden = !text;
      field("quantity", key).setAttribute("aria-invalid", text ? "true" : "false");
    }

    function typed(key) {
      const one = { quantity: field("quantity", key).value, remark: field("remark", key).value, seen: field("seen", key).value, sheet: location.pathname };
      say(keep(key, one) ? form.dataset.waiting : form.dataset.full);
      clearTimeout(timer);
      timer = setTimeout(send, soon);
    }

    async function send() {
      if (sending || !unsent().length) return;
      sending = true;
      clearTimeout(timer);
      try { took(await post(location.pathname, unsent(), false)); } catch (error) { later(); }
      sending = false;
    }

    function took(told) {
      if (told.ended) return signedOut();
      if (told.refused) return say(told.refused);
      for (const [key, version] of [...Object.entries(told.saved), ...Object.entries(told.meanwhile)]) field("seen", key).value = version;
      for (const key of keys) tell(key, told.told[key] || "");
      if (unsent().length) timer = setTimeout(send, soon);
      else say(form.dataset.saved);
    }

    function later() { say(form.dataset.offline); timer = setTimeout(send, again); }

    function signedOut() {
      say(form.dataset.ended + " ");
      const link = document.createElement("a");
      link.href = location.pathname;
      link.textContent = form.dataset.signin;
      status.append(link);
    }

    for (const key of keys) {
      const one = kept(key), quantity = field("quantity", key), remark = field("remark", key);
      if (one && quantity.value === one.quantity && remark.value === one.remark) drop(key);
      else if (one) {
        if (one.held) tell(key, form.dataset.held + " " + (quantity.value || "–"));
        quantity.value = one.quantity;
        remark.value = one.remark;
      }
      for (const input of [quantity, remark]) {
        input.addEventListener("input", () => typed(key));
        input.addEventListener("change", send);
      }
    }
    window.addEventListener("online", send);
    window.addEventListener("pagehide", () => { if (unsent().length) post(location.pathname, unsent(), true).catch(() => {}); });
    send();
  }

  /* Before a count is handed in: what this device still holds is sent, and what cannot be sent is shown. */
  function beforeHandingIn() {
    const place = document.getElementById("unsent");

    async function sendAll() {
      const sheets = new Set(waiting().map((key) => (kept(key) || {}).sheet).filter(Boolean));
      for (const sheet of sheets) {
        const keys = waiting().filter((key) => { const one = kept(key); return one && one.sheet === sheet && !one.held; });
        if (keys.length) try { await post(sheet, keys, false); } catch (error) { break; }
      }
      show();
    }

    function show() {
      const left = new Set(waiting().map((key) => (kept(key) || {}).sheet).filter(Boolean));
      place.hidden = !left.size;
      place.textContent = left.size ? form.dataset.unsent + " " : "";
      for (const sheet of left) {
        const link = document.createElement("a");
        link.href = sheet;
        link.textContent = sheet.split("/").slice(-2)[0];
        place.append(link, " ");
      }
      return left.size;
    }

    form.addEventListener("submit", (event) => { if (show()) { event.preventDefault(); place.focus(); sendAll(); } });
    window.addEventListener("online", sendAll);
    sendAll();
  }

  if (form.id === "sheet") onSheet(); else beforeHandingIn();
})();
