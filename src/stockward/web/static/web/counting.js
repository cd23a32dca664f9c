/* Keeps what is typed on a count sheet on this device until the server has it: through a lost connection, a page that
   is loaded again, and a session that has ended. Without this script the sheet is saved with its button. */
(function () {
  "use strict";
  const form = document.getElementById("sheet");
  const status = document.getElementById("kept");
  if (!form || !window.fetch || !window.localStorage) return;
  const prefix = "count:" + form.dataset.count + ":";
  const again = 5000, soon = 700;
  let sending = false, timer = null;

  const field = (what, key) => form.elements[what + "-" + key];
  const say = (text) => { if (status.textContent !== text) status.textContent = text; };
  const kept = (key) => { try { return JSON.parse(localStorage.getItem(prefix + key)); } catch (error) { return null; } };
  const keep = (key, one) => { try { localStorage.setItem(prefix + key, JSON.stringify(one)); } catch (error) { say(form.dataset.full); } };
  const keys = Array.from(form.querySelectorAll("[data-line]"), (row) => row.dataset.line);

  function tell(key, text) {
    const place = document.getElementById("told-" + key);
    place.textContent = text;
    place.hidden = !text;
    field("quantity", key).setAttribute("aria-invalid", text ? "true" : "false");
  }

  function typed(key) {
    keep(key, { quantity: field("quantity", key).value, remark: field("remark", key).value, seen: field("seen", key).value });
    say(form.dataset.waiting);
    clearTimeout(timer);
    timer = setTimeout(send, soon);
  }

  function unsent() { return keys.filter((key) => { const one = kept(key); return one && !one.held; }); }

  async function send() {
    if (sending) return;
    const lines = unsent();
    if (!lines.length) return;
    sending = true;
    clearTimeout(timer);
    const sent = {}, body = new URLSearchParams();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    for (const key of lines) {
      const one = sent[key] = kept(key);
      body.set("quantity-" + key, one.quantity);
      body.set("remark-" + key, one.remark);
      body.set("seen-" + key, one.seen);
    }
    try {
      const answer = await fetch(form.action, { method: "POST", body: body, headers: { Accept: "application/json" }, redirect: "manual", credentials: "same-origin" });
      if (answer.ok) took(sent, await answer.json());
      else if (answer.status === 409) say((await answer.json()).refused);
      else if (answer.type === "opaqueredirect" || answer.status === 403) signedOut();
      else later();
    } catch (error) { later(); }
    sending = false;
    if (Object.keys(sent).some((key) => { const one = kept(key); return one && !one.held && JSON.stringify(one) !== JSON.stringify(sent[key]); })) send();
  }

  function took(sent, told) {
    for (const key of Object.keys(sent)) {
      const now = kept(key), unchanged = JSON.stringify(now) === JSON.stringify(sent[key]);
      if (key in told.saved) {
        field("seen", key).value = told.saved[key];
        if (unchanged) localStorage.removeItem(prefix + key);
        else keep(key, Object.assign(now, { seen: String(told.saved[key]) }));
      } else if (key in told.meanwhile) {
        field("seen", key).value = told.meanwhile[key];
        keep(key, Object.assign(now, { seen: String(told.meanwhile[key]), held: true }));
      }
    }
    for (const key of keys) tell(key, told.told[key] || "");
    if (!unsent().length) say(form.dataset.saved);
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
    const one = kept(key);
    if (one) {
      const there = field("quantity", key).value === one.quantity && field("remark", key).value === one.remark;
      field("quantity", key).value = one.quantity;
      field("remark", key).value = one.remark;
      if (there) localStorage.removeItem(prefix + key);
    }
    for (const what of ["quantity", "remark"]) {
      field(what, key).addEventListener("input", () => typed(key));
      field(what, key).addEventListener("change", send);
    }
  }
  window.addEventListener("online", send);
  send();
})();
