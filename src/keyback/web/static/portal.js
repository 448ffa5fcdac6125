// Makes pages that work without it nicer. Words come from the page, in data- attributes; nothing here is in a language.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const form = document.getElementById("form");
const SECOND = 1000;

// After a mistake, start at what is said about it.
document.querySelector("[role=alert], [aria-invalid=true]")?.focus();

// Proof of work: starts at once; a form sent too early waits for it.
let working = false;
let waiting = null;

function worked(value) {
  if (!working) return;
  working = false;
  form.elements.work.value = value;
  if (waiting) form.requestSubmit(waiting.button);
}

function work() {
  const challenge = JSON.parse(form.dataset.work);
  const max = challenge.maxnumber ?? challenge.maxNumber;
  const started = performance.now();
  const worker = new Worker(form.dataset.worker);
  worker.onmessage = ({ data: number }) => {
    const { algorithm, challenge: hash, salt, signature } = challenge;
    const took = Math.round(performance.now() - started);
    worked(number < 0 ? "" : btoa(JSON.stringify({ algorithm, challenge: hash, number, salt, signature, took })));
  };
  worker.onerror = () => worked("");
  worker.postMessage({ salt: challenge.salt, challenge: challenge.challenge, max });
  working = true;
}

// A form is sent once. One that got no answer may be sent again after a while; so may one that is gone back to.
document.addEventListener("submit", (event) => {
  const sent = event.target;
  if (sent.dataset.busy) {
    event.preventDefault();
  } else if (sent === form && working) {
    event.preventDefault();
    waiting = { button: event.submitter };
    const status = form.querySelector("[data-checking]");
    status.textContent = status.dataset.checking;
    setTimeout(() => worked(""), 30 * SECOND);
  } else {
    sent.dataset.busy = "1";
    setTimeout(() => delete sent.dataset.busy, 10 * SECOND);
  }
});
addEventListener("pageshow", () => all("form[data-busy]").forEach((sent) => delete sent.dataset.busy));

// Codes are pasted as they are written in messages: with spaces and dashes.
document.addEventListener("paste", (event) => {
  const input = event.target.closest("input.code, input.recovery_code");
  if (!input) return;
  event.preventDefault();
  const code = event.clipboardData.getData("text").replace(/[\s\p{Pd}]/gu, "");
  input.setRangeText(code, input.selectionStart, input.selectionEnd, "end");
  input.dispatchEvent(new Event("input", { bubbles: true }));
});

// Show and hide a password. It is hidden again when the form is sent, so that no browser keeps it as ordinary text.
for (const button of all("button.show")) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const word = button.firstElementChild;
  const show = word.textContent;
  const set = (visible) => {
    input.type = visible ? "text" : "password";
    word.textContent = visible ? button.dataset.hide : show;
  };
  button.hidden = false;
  button.onclick = () => { set(input.type === "password"); };
  form.addEventListener("submit", () => set(false));
}

// Rules for a new password, as it is typed.
function rules(box) {
  const [first, second] = all("input[autocomplete=new-password]", form);
  const lines = all("li", box);
  const status = form.querySelector("[data-rules]");
  const strength = document.getElementById("strength");
  const judged = {};
  const KINDS = [/\p{Lu}/u, /\p{Ll}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u];
  const checks = {
    length: (password, amount) => [...password.normalize("NFKC")].length >= amount,
    classes: (password, amount) => KINDS.filter((kind) => kind.test(password)).length >= amount,
    same: (password) => password !== "" && password === second?.value,
    server: (password, amount, rule) => judged[rule] ?? null, // null: nobody knows until the form is sent
  };
  const parts = lines.map((line) => {
    const sign = document.createElement("span");
    const state = document.createElement("span");
    sign.className = "sign";
    sign.setAttribute("aria-hidden", "true");
    state.className = "vh";
    line.prepend(sign);
    line.append(state);
    return { line, sign, state };
  });
  let telling, asking, told = "";

  // What the server says of the whole; nothing: it is not known.
  function shown(level, why) {
    const bar = strength.querySelector(".bar");
    const steps = all("i", bar);
    const reached = steps.findIndex((step) => step.dataset.level === level);
    const word = steps[reached]?.dataset.word ?? "";
    steps.forEach((step, place) => step.classList.toggle("on", place <= reached));
    strength.dataset.level = level;
    strength.querySelector("b").textContent = word;
    strength.querySelector(".why").textContent = why;
    bar.setAttribute("aria-valuenow", reached + 1);
    bar.setAttribute("aria-valuetext", word);
    told = word && `${strength.querySelector("p").textContent}. ${why}`.trim();
  }

  function update() {
    const known = [];
    for (const { line, sign, state } of parts) {
      const check = checks[line.dataset.check];
      const holds = check(first.value, Number(line.dataset.amount), line.dataset.rule);
      line.classList.toggle("met", holds === true);
      sign.textContent = holds ? "✓" : holds === null ? "•" : "○"; // a bullet: only sending the form can tell
      state.textContent = first.value && holds !== null ? ` (${holds ? box.dataset.met : box.dataset.open})` : "";
      if (holds !== null) known.push(holds);
    }
    clearTimeout(telling);
    telling = setTimeout(() => {
      const sum = box.dataset.sum.replace("{met}", known.filter(Boolean).length).replace("{all}", known.length);
      status.textContent = first.value && (told ? `${sum}. ${told}` : sum);
    }, SECOND);
  }

  async function ask() {
    const body = Object.fromEntries(all("input[type=hidden]", form).map((input) => [input.name, input.value]));
    body[first.name] = first.value;
    try {
      const answer = await fetch(first.dataset.judge, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify(body),
      });
      const said = answer.ok ? await answer.json() : {};
      if (body[first.name] !== first.value) return;
      Object.assign(judged, said.rules);
      shown(said.strength ?? "", said.why?.text ?? "");
    } catch {
      shown("", ""); // The server tells when the form is sent.
    }
    update();
  }

  form.addEventListener("input", (event) => {
    if (event.target === first) {
      for (const rule of Object.keys(judged)) delete judged[rule];
      clearTimeout(asking);
      if (first.value && strength) asking = setTimeout(ask, SECOND / 2);
      else if (strength) shown("", "");
    }
    update();
  });
  if (strength) strength.hidden = false;
  update();
}
const box = document.getElementById("rules");
if (box) rules(box);

// "Send a new code (42 s)". The server says how long; it would refuse an earlier click too.
for (const button of all("button[data-after]")) {
  const label = button.textContent;
  const until = Date.now() + button.dataset.after * SECOND;
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / SECOND);
    button.disabled = left > 0;
    button.textContent = left > 0 ? button.dataset.wait.replace("{seconds}", left) : label;
    if (left > 0) setTimeout(tick, SECOND / 2);
  };
  tick();
}

// Help comes forward when nothing has arrived for a while.
for (const item of all("[data-late]")) {
  item.classList.add("late");
  setTimeout(() => item.classList.remove("late"), 10 * SECOND);
}

for (const button of all("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  const label = button.textContent;
  button.onclick = async () => {
    await navigator.clipboard.writeText(all("dd", button.parentElement).map((value) => value.textContent).join("\n"));
    button.textContent = button.dataset.copy;
    setTimeout(() => { button.textContent = label; }, 3 * SECOND);
  };
}

for (const button of all("button[data-print]")) {
  button.hidden = false;
  button.onclick = () => print();
}

// Last: where a browser forbids workers, the rest still works and the server is stricter.
if (form?.dataset.work) work();
