// Nothing a person typed is ever lost: what is written here goes to the server as it is typed, and stays on this device until the server has it.
// docs/saving.md tells how a page uses it.

const LONGEST_WAIT = 5000; // someone who never pauses is saved at least this often
const REQUEST_LIMIT = 20000;
const KEEPALIVE_LIMIT = 60000; // browsers refuse more than 64 KiB in a request that outlives its page
const COPY_DAYS = 30;
const PREFIX = "wbl-copy";

const OFFLINE = "Not saved yet: no connection. Your words are kept on this device.";
const OFFLINE_FULL = "Not saved yet: no connection, and this device has no room for a copy. Keep this window open.";
const BUSY = "Not saved yet: the site is busy. Your words are kept on this device, and it tries again by itself.";
const SIGNED_OUT = "Not saved yet: your session ended. Sign in below and it saves.";
const OTHER_PERSON = "Not saved: someone else is signed in here now. Your words are kept on this device for you. Sign in as yourself to save them.";
const REFUSED = "Not saved: you can’t write here any more. Your words are kept on this device; copy them if you need them elsewhere.";

// ---- The session of this page, shared by all its savers.

const savers = new Set();
let token = null;
let panel = null;

function setting(name, otherwise) {
  return document.querySelector(`[data-save-state][data-${name}]`)?.getAttribute(`data-${name}`) || otherwise;
}

const person = () => setting("person", "");

function currentToken() {
  // Never from the cookie: after somebody else signed in, the cookie is theirs, and their account would get these words.
  token ??= document.querySelector("meta[name=csrf-token]")?.content ?? document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
  return token;
}

async function renewToken() {
  const response = await fetch(setting("token-url", "/drafts/token/"), { headers: { "X-Requested-With": "fetch" }, cache: "no-store" });
  if (!response.ok) throw new TypeError(`No token: ${response.status}`);
  const answer = await response.json();
  token = answer.token;
  document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((input) => (input.value = token));
  document.querySelector("meta[name=csrf-token]")?.setAttribute("content", token);
  return answer.person === null ? "" : String(answer.person);
}

/**
 * A request with the page's token, for scripts that save in one go. Answers {status, json}: a redirect to the sign-in page counts as 401, and a token that
 * was replaced by a new sign-in (403) is renewed and the request repeated once. Network failures reject.
 */
export async function send(url, { method = "POST", content = {}, keepalive = false } = {}) {
  const attempt = async () => {
    const response = await fetch(url, {
      method,
      keepalive,
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-Requested-With": "fetch",
        "X-CSRFToken": currentToken(),
        ...(person() && { "X-Person": person() }),
      },
      body: JSON.stringify(content),
      signal: keepalive ? undefined : AbortSignal.timeout(REQUEST_LIMIT),
    });
    const isJson = (response.headers.get("Content-Type") || "").includes("json");
    const json = isJson ? await response.json() : {};
    const status = response.redirected || (response.status === 200 && !isJson) ? 401 : response.status;
    return { status, json, isJson, retryAfter: Number(response.headers.get("Retry-After")) || 0 };
  };
  const first = await attempt();
  if (keepalive || first.status !== 403 || first.isJson) return first;
  const now = await renewToken();
  if (now === "") return { ...first, status: 401 };
  if (person() && now !== person()) return { ...first, status: 401, json: { error: "other-person" } };
  return attempt();
}

function make(tag, { text, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}

function button(text, action, kind = "btn-secondary") {
  const element = make("button", { type: "button", class: `btn ${kind}`, text });
  element.addEventListener("click", action);
  return element;
}

/** Versions of the same words beside each other, each a {title, words, label, keep}: a text or a list of lines, and a button that keeps it. */
export function conflictPanel(heading, versions, name = heading) {
  const lines = (words) => (words.length ? words.map((text) => make("p", { text })) : [make("p", { class: "muted", text: "Nothing" })]);
  const side = ({ title, words, label, keep }) => {
    const said = typeof words === "string" ? [make("p", { class: "kept-words", text: words })] : lines(words);
    return make("div", { class: "conflict-side" }, make("h3", { text: title }), ...said, button(label, keep));
  };
  const sides = make("div", { class: "conflict-sides" }, ...versions.map(side));
  return make("section", { class: "conflict", "aria-label": name }, make("h2", { text: heading }), sides);
}

/** The panel that asks for the password in place. It is no dialog: the words above it stay in reach. */
function askToSignIn(beside) {
  if (panel) return;
  // The fields belong to a form at the end of the page by their attribute, because the saver's line may stand inside another form.
  const form = make("form", { id: "sign-in-again", hidden: "" });
  const field = (label, attributes) => {
    const id = `sign-in-again-${attributes.name}`;
    const input = make("input", { id, form: form.id, required: "", ...attributes });
    return make("div", { class: "field" }, make("label", { for: id, text: label }), input);
  };
  const email = field("E-mail address", { name: "login", type: "email", autocomplete: "username" });
  const password = field("Password", { name: "password", type: "password", autocomplete: "current-password" });
  const message = make("p", { class: "sign-in-message", role: "alert" });
  const submit = make("button", { type: "submit", class: "btn btn-secondary", form: form.id, text: "Sign in and save" });
  const link = make("a", { href: setting("sign-in", "/accounts/login/"), target: "_blank", rel: "noopener", text: "Sign in in another tab" });
  const goOn = button("I have signed in", retry, "btn-quiet");
  panel = make(
    "div",
    { class: "sign-in-panel callout callout-attention form", role: "group", "aria-label": "Sign in again" },
    make("p", { text: "Sign in again to save. What you wrote stays where it is." }),
    email,
    password,
    message,
    make("p", { class: "actions" }, submit, link, goOn),
  );
  panel.form = form;
  panel.cameFrom = document.activeElement;
  document.body.append(form);
  beside.after(panel);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    message.textContent = "";
    try {
      message.textContent = await signIn(new FormData(form));
    } catch {
      message.textContent = "The site can’t be reached just now. Try again in a moment.";
    }
    submit.disabled = false;
    if (!message.textContent) retry();
  });

  async function retry() {
    try {
      const now = await renewToken();
      if (now === "") message.textContent = "You aren’t signed in yet.";
      else if (person() && now !== person()) message.textContent = "That’s another person’s account. Sign in with the address you used before.";
      else closePanel();
    } catch {
      message.textContent = "The site can’t be reached just now. Try again in a moment.";
    }
  }
}

function closePanel() {
  const { activeElement: focused, body } = document;
  const cameFrom = panel && (panel.contains(focused) || focused === body) ? panel.cameFrom : null;
  panel?.form.remove();
  panel?.remove();
  panel = null;
  cameFrom?.focus(); // or whoever works by keyboard would stand at the top of the page
  savers.forEach((saver) => saver.wake());
}

/** Signs in behind the page. Returns what to tell the person, or nothing when it worked. */
async function signIn(fields) {
  const now = await renewToken();
  if (now !== "" && (!person() || now === person())) return ""; // done in another tab meanwhile
  if (now !== "") return "Someone else is signed in here. Sign out in another tab first, then come back.";
  fields.set("csrfmiddlewaretoken", token);
  const response = await fetch(setting("sign-in", "/accounts/login/"), {
    method: "POST",
    headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json", "X-CSRFToken": token },
    body: fields,
  });
  if (response.status === 429) return "That was tried too often. Wait a few minutes, or sign in in another tab with a code by e-mail.";
  if (response.ok) {
    return (await renewToken()) ? "" : "One more step is needed: finish signing in in another tab, then press “I have signed in”.";
  }
  return response.status === 400 ? "The address or the password isn’t right." : "That didn’t work. Sign in in another tab, then press “I have signed in”.";
}

// ---- Copies on this device. Each saver writes its own, so that two tabs without a connection cannot overwrite each other.

const storage = {
  write(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      return false; // full, or closed to us
    }
  },
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  },
  remove(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      // nothing was there to remove
    }
  },
  keys(prefix) {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    } catch {
      return [];
    }
  },
};

function forgetOldCopies() {
  const oldest = Date.now() - COPY_DAYS * 24 * 3600 * 1000;
  for (const key of storage.keys(`${PREFIX}|`)) if ((storage.read(key)?.at ?? 0) < oldest) storage.remove(key);
}

/** Drops this person's copies of words that the server has: those of forms with these marks (see submitting). */
export function forgetSent(marks) {
  for (const key of storage.keys(`${PREFIX}|`)) if (marks.includes(storage.read(key)?.sent)) storage.remove(key);
}

/** Which writers still live in some tab: each holds a lock of its name until its page goes. */
async function livingWriters() {
  const locks = await navigator.locks?.query();
  return new Set((locks?.held ?? []).map((lock) => lock.name));
}

// As the server writes times: in the zone of the person's profile, 2:32 p.m.
const timeZone = document.documentElement.dataset.zone || undefined;
const clock = (when) =>
  new Date(when)
    .toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit", timeZone })
    .replace(/\s([AP])M$/, (_, half) => ` ${half.toLowerCase()}.m.`);
const day = (when) => new Date(when).toLocaleDateString("en-US", { month: "long", day: "numeric", timeZone });

/** The words of HTML, a line for each block, for showing two versions side by side. Nothing in it runs: the document is inert. */
export function wordsOf(html) {
  const parsed = new DOMParser().parseFromString(html.replace(/<\/(p|li|h[1-6]|blockquote|pre)>|<br\s*\/?>/gi, "$&\n"), "text/html");
  return parsed.body.textContent.trim();
}

// ---- One text, or one set of fields, that saves itself.

export class Saver {
  #dirtySince = null;
  #timer = null;
  #copyTimer = null;
  #inFlight = null;
  #failures = 0;
  #paused = ""; // "", conflict, signed-out, refused (these words), gone (any words), submitted (by their form)
  #unanswered = []; // what was sent and may have arrived
  #hasCopy = true;
  #broughtBack = ""; // stays in the line with the first save, or nobody would have time to read it
  #writer;
  #beside = [];
  #offered = new Set(); // copies that were found and are shown already

  /**
   * url, method     where the words go; the request is {...collect(), version}, the answer {version, …}
   * collect         () => object: what is written now
   * version         the version this page was made from; 0 where nothing was saved
   * state           the element with data-save-state (templates/_save_state.html)
   * copyKey         names the place on this device; the person's id is added, so nobody else at this browser sees it
   * onSaved         (json) after each save
   * onConflict      (json, mine) on 409, with the newer version and what is written here; then call resolve(). Without it a panel shows both
   * onRestore       (content) puts an object as collect() gave it back into the page; without it nothing is brought back
   * preview         (content) => text, for the panels; by default the words of content.body
   * isOurs          (json, sent) => whether the version in a 409 is what this page sent itself (its answer got lost)
   * sent            marks of forms that the server has taken (see submitting)
   */
  constructor({ url, method = "PUT", collect, version = 0, state, copyKey, onSaved, onConflict, onRestore, preview, isOurs, sent = [], delay = 800 }) {
    Object.assign(this, { url, method, collect, version, state, delay, onSaved, onConflict, onRestore });
    this.preview = preview ?? ((content) => (typeof content.body === "string" ? wordsOf(content.body) : ""));
    this.isOurs = isOurs ?? ((json, mine) => json.body !== undefined && json.body === mine.body);
    this.copyPrefix = `${PREFIX}|${person()}|${copyKey}|`;
    this.#writer = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    navigator.locks?.request(this.#writer, () => new Promise(() => {}));
    savers.add(this);

    window.addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.wake();
      else this.#keepCopy();
    });
    window.addEventListener("pagehide", () => this.#leave());
    window.addEventListener("pageshow", (event) => event.persisted && this.wake());
    window.addEventListener("beforeunload", (event) => {
      if (this.isDirty && !this.#hasCopy) event.preventDefault();
    });
    forgetOldCopies();
    if (onRestore) this.#bringBack(sent);
  }

  get isDirty() {
    return this.#dirtySince !== null || this.#inFlight !== null;
  }

  /** Something was typed. */
  changed() {
    this.#dirtySince ??= Date.now();
    this.#copyTimer ??= setTimeout(() => this.#keepCopy(), 300);
    if (this.#paused === "refused" || this.#paused === "submitted") this.#paused = "";
    this.#schedule();
  }

  /** Save now. True when the server has everything. */
  async flush() {
    clearTimeout(this.#timer);
    await this.#inFlight;
    // A conflict that settles itself leaves the words to be sent once more, from the newer version.
    for (let tries = 0; tries < 4 && this.isDirty && !this.#paused; tries += 1) {
      await this.#run();
      if (this.#failures) break;
    }
    return !this.isDirty && !this.#paused;
  }

  /** Try again at once: the connection or the session may be back. */
  wake() {
    if (this.#paused === "signed-out") this.#paused = "";
    if (this.#dirtySince === null || this.#paused) return;
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.#run();
  }

  /** After a conflict: go on from that version with "mine" (what is written here) or "theirs" (onRestore has put it into the page). */
  resolve(version, keep) {
    this.#clearPanels();
    this.version = version;
    this.#paused = "";
    if (keep === "mine") {
      this.#dirtySince ??= Date.now();
      return this.flush();
    }
    this.#dirtySince = null;
    this.#dropCopy();
    this.#say(`Saved ${clock(Date.now())}`);
    return Promise.resolve(true);
  }

  /**
   * The form with these words is about to be sent the ordinary way, which would lose them where the session ended or the connection is gone: so that is asked
   * first. True when the form may go; then nothing more is saved beside it, and the copy stays until a page shows that the server took it. `mark` is the form's
   * token; pages give the tokens they know as `sent`.
   */
  async submitting(mark) {
    clearTimeout(this.#timer);
    this.#keepCopy(mark);
    await Promise.race([this.#inFlight, new Promise((done) => setTimeout(done, 4000))]);
    let now;
    try {
      now = await renewToken();
    } catch {
      this.#tryLater(0, false);
      return false;
    }
    if (now === "" || (person() && now !== person())) {
      this.#dirtySince ??= Date.now();
      this.#signedOut({ error: now && "other-person" });
      return false;
    }
    this.#paused = "submitted";
    this.#dirtySince = null;
    return true;
  }

  /** The words are where they belong, or were given up: forget the copy. */
  done() {
    clearTimeout(this.#timer);
    this.#dirtySince = null;
    this.#paused = "gone";
    this.#dropCopy();
  }

  // -- saving

  #schedule() {
    if (this.#paused || this.#inFlight || this.#failures) return; // after a failure the next try has its time already
    clearTimeout(this.#timer);
    const latest = this.#dirtySince + LONGEST_WAIT - Date.now();
    this.#timer = setTimeout(() => this.#run(), Math.max(0, Math.min(this.delay, latest)));
  }

  #run() {
    if (this.#paused || !this.isDirty) return Promise.resolve();
    this.#inFlight ??= this.#save().finally(() => {
      this.#inFlight = null;
      if (this.#dirtySince !== null) this.#schedule();
    });
    return this.#inFlight;
  }

  async #save() {
    const content = this.collect();
    this.#dirtySince = null;
    let answer;
    try {
      answer = await send(this.url, { method: this.method, content: { ...content, version: this.version } });
    } catch {
      this.#unanswered.push(content);
      return this.#tryLater(0, false);
    }
    if (answer.status >= 200 && answer.status < 300) return this.#saved(answer.json, content);
    if (answer.status === 429 || answer.status >= 500) {
      this.#unanswered.push(content);
      return this.#tryLater(answer.retryAfter, true);
    }
    this.#failures = 0;
    this.#dirtySince ??= Date.now();
    this.#keepCopy();
    if (answer.status === 401) return this.#signedOut(answer.json);
    if (answer.status === 409) return this.#conflict(answer.json, content);
    this.#paused = answer.status === 413 || answer.status === 422 || answer.status === 400 ? "refused" : "gone";
    this.#say(answer.json.message || REFUSED, "error");
  }

  #saved(json, content) {
    this.#failures = 0;
    this.#unanswered = [];
    if (json.version !== undefined) this.version = json.version;
    if (this.#dirtySince === null) this.#dropCopy();
    else this.#keepCopy();
    this.#say(`Saved ${clock(Date.now())}${this.#broughtBack}`);
    this.#broughtBack = "";
    this.onSaved?.(json);
    if (panel) closePanel(); // signed in elsewhere
  }

  #tryLater(seconds, busy) {
    this.#dirtySince ??= Date.now();
    this.#failures += 1;
    const kept = this.#keepCopy();
    this.#say(!kept ? OFFLINE_FULL : busy ? BUSY : OFFLINE, "offline");
    const wait = Math.max(seconds, Math.min(30, 2 ** this.#failures));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), wait * 1000 * (0.8 + Math.random() * 0.4)); // spread, so that sixty people do not come back at once
  }

  #signedOut(json) {
    this.#paused = "signed-out";
    this.#say(json.error === "other-person" ? OTHER_PERSON : SIGNED_OUT, "error");
    askToSignIn(this.state);
  }

  #conflict(json, mine) {
    if (this.#unanswered.some((sent) => this.isOurs(json, sent))) {
      this.version = json.version;
      return;
    }
    this.#paused = "conflict";
    this.#say("Not saved: a newer version was saved in another window. Both are below.", "conflict");
    if (this.onConflict) this.onConflict(json, mine);
    else this.#showBoth(json, mine);
  }

  #leave() {
    if (!this.isDirty || this.#paused === "gone" || this.#paused === "submitted") return;
    this.#keepCopy();
    if (this.#paused) return;
    const content = this.collect();
    if (JSON.stringify(content).length > KEEPALIVE_LIMIT) return; // the copy on this device is brought back next time
    this.#unanswered.push(content);
    send(this.url, { method: this.method, content: { ...content, version: this.version }, keepalive: true }).catch(() => {
      // the page is going; the copy stays
    });
  }

  #say(words, kind = "saved") {
    if (this.state.textContent !== words) this.state.textContent = words; // the same words again would be read aloud again
    this.state.dataset.state = kind;
  }

  // -- the copy on this device

  #keepCopy(sent) {
    clearTimeout(this.#copyTimer);
    this.#copyTimer = null;
    if (!this.isDirty && sent === undefined) return true;
    this.#hasCopy = storage.write(this.copyPrefix + this.#writer, { content: this.collect(), base: this.version, at: Date.now(), sent });
    return this.#hasCopy;
  }

  #dropCopy() {
    clearTimeout(this.#copyTimer);
    this.#copyTimer = null;
    this.#hasCopy = true;
    storage.remove(this.copyPrefix + this.#writer);
  }

  async #bringBack(sent, pauses = [200, 500, 1000]) {
    const living = await livingWriters();
    const found = storage
      .keys(this.copyPrefix)
      .map((key) => ({ key, writer: key.slice(this.copyPrefix.length), ...storage.read(key) }))
      .filter((copy) => copy.content && copy.writer !== this.#writer)
      .sort((a, b) => b.at - a.at);
    if (pauses.length && found.some((copy) => living.has(copy.writer))) {
      setTimeout(() => this.#bringBack(sent, pauses.slice(1)), pauses[0]); // the page before this one may not have gone yet
    }
    const now = JSON.stringify(this.collect());
    for (const copy of found.filter((each) => !living.has(each.writer))) {
      if ((copy.sent && sent.includes(copy.sent)) || JSON.stringify(copy.content) === now) {
        storage.remove(copy.key);
        if (copy.sent && !sent.includes(copy.sent)) this.changed(); // its form came back refused: so far only this page has the words
      } else if (copy.base === this.version && !this.isDirty) {
        this.onRestore(copy.content);
        storage.remove(copy.key);
        this.changed();
        this.#keepCopy();
        this.#broughtBack = `, with what you wrote on this device at ${clock(copy.at)}`;
        this.#say(`Brought back what you wrote on this device at ${clock(copy.at)}`);
      } else if (!this.#offered.has(copy.key)) {
        this.#offered.add(copy.key);
        this.#offer(copy);
      }
    }
  }

  // -- panels

  #offer(copy) {
    const box = make(
      "div",
      { class: "callout", role: "group", "aria-label": "Words kept on this device" },
      make("p", { text: `What you wrote on ${day(copy.at)} at ${clock(copy.at)} is kept on this device and isn’t in the version saved since.` }),
      make("details", { class: "more" }, make("summary", { text: "Read it" }), make("p", { class: "kept-words", text: this.preview(copy.content) })),
      make(
        "p",
        { class: "actions" },
        button("Use it instead", () => {
          this.onRestore(copy.content);
          storage.remove(copy.key);
          this.#putAway(box);
          this.changed();
        }),
        button("Throw it away", () => {
          storage.remove(copy.key);
          this.#putAway(box);
        }, "btn-quiet"),
      ),
    );
    this.#show(box);
  }

  /** Puts a panel below the line, and remembers from where somebody comes into it. */
  #show(box) {
    box.addEventListener("focusin", ({ relatedTarget }) => {
      if (relatedTarget && !box.contains(relatedTarget)) box.cameFrom = relatedTarget;
    });
    this.state.after(box);
  }

  /** Takes a panel away; whoever pressed a button in it goes on where they wrote. */
  #putAway(box) {
    const wasInside = box.contains(document.activeElement);
    box.remove();
    if (!wasInside) return;
    const first = this.state.closest("form")?.querySelector("textarea, select, input:not([type=hidden]), [contenteditable=true]");
    (box.cameFrom?.isConnected ? box.cameFrom : first)?.focus();
  }

  #showBoth(json, mine) {
    this.#clearPanels();
    const when = json.saved_at ? `Saved at ${clock(json.saved_at)} in another window` : "Saved in another window";
    const both = conflictPanel("Two versions", [
      { title: "Written here", words: this.preview(mine), label: "Keep this one", keep: () => this.resolve(json.version, "mine") },
      {
        title: when,
        words: this.preview(json),
        label: "Keep that one",
        keep: () => {
          this.onRestore?.(json);
          this.resolve(json.version, "theirs");
        },
      },
    ]);
    this.#beside.push(both);
    this.#show(both);
  }

  #clearPanels() {
    this.#beside.forEach((box) => this.#putAway(box));
    this.#beside = [];
  }
}
