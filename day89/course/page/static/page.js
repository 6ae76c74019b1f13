// Keep the page as the server has it: an event says that something has changed, then the parts that differ are swapped.
(() => {
  "use strict";
  const live = document.getElementById("live");
  const say = document.getElementById("say");
  const link = document.getElementById("link");
  const POLL_MS = 2000, RETRY_MS = 15000;
  let before = parts(live), opened = details(live), stream = null, timer = 0, wanted = 0;

  function parts(root) {
    return new Map([...root.querySelectorAll("[data-part]")].map(part => [part.id, part.outerHTML]));
  }

  function details(root) {
    return new Map([...root.querySelectorAll("details[id]")].map(one => [one.id, one.open]));
  }

  // What the reader did to a part: opened details, places scrolled to, the element with the focus.
  function kept(part) {
    const open = details(part);
    const scrolled = [...part.querySelectorAll("[id]")].filter(one => one.scrollTop || one.scrollLeft).map(one =>
      [one.id, one.scrollTop, one.scrollLeft, one.scrollTop + one.clientHeight >= one.scrollHeight - 4]);
    const focused = part.contains(document.activeElement) ? document.activeElement.id || part.id : "";
    return { open, scrolled, focused };
  }

  function restore(part, was) {
    // What the reader opened or closed stays so, unless the server has just opened it: the next hint.
    for (const one of part.querySelectorAll("details[id]"))
      if (was.open.has(one.id) && one.open === opened.get(one.id)) one.open = was.open.get(one.id);
    for (const [id, top, left, atEnd] of was.scrolled) {
      const one = document.getElementById(id);
      if (one) { one.scrollTop = atEnd && "follow" in one.dataset ? one.scrollHeight : top; one.scrollLeft = left; }
    }
    if (was.focused) {
      const one = document.getElementById(was.focused) || part;
      if (!one.matches("a,button,input,summary,[tabindex]")) one.tabIndex = -1;
      one.focus({ preventScroll: true });
    }
  }

  function swap(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const now = parts(fresh), nowOpen = details(fresh), [x, y] = [scrollX, scrollY];
    const told = fresh.getElementById("told").dataset;
    if ([...now.keys()].join() !== [...before.keys()].join()) {
      const was = kept(live);
      live.replaceChildren(...fresh.body.childNodes);
      restore(live, was);
    } else {
      for (const [id, html] of now) {
        if (html === before.get(id)) continue;
        const old = document.getElementById(id), was = kept(old);
        const part = fresh.getElementById(id);
        old.replaceWith(part);
        restore(part, was);
      }
      document.getElementById("told").dataset.number = told.number;
    }
    [before, opened] = [now, nowOpen];
    document.title = told.title;
    if (say.textContent !== told.say) say.textContent = told.say;
    scrollTo(x, y);
  }

  async function update() {
    const mine = ++wanted;
    try {
      const answer = await fetch("/live" + location.search);
      const text = await answer.text();
      if (mine === wanted && answer.ok) swap(text);
      return answer.ok;
    } catch {
      if (mine === wanted) link.textContent = "Not connected: day89 has ended, or is starting again.";
      return false;
    }
  }

  function listen() {
    if (document.hidden) return;
    stop();
    stream = new EventSource("/events?seen=" + document.getElementById("told").dataset.number);
    stream.onopen = () => { link.textContent = "Up to date by itself."; };
    stream.addEventListener("change", update);
    stream.onerror = () => { stop(); poll(Date.now() + RETRY_MS); };
  }

  function poll(until) {
    timer = setTimeout(async () => {
      if (await update()) link.textContent = "Up to date every two seconds.";
      if (Date.now() < until) poll(until); else listen();
    }, POLL_MS);
  }

  function stop() {
    if (stream) stream.close();
    stream = null;
    clearTimeout(timer);
  }

  // A link that only changes what is shown keeps the page, its stream and its focus.
  document.addEventListener("click", event => {
    const inner = event.target.closest("a[data-inner]");
    if (!inner || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    inner.focus();
    history.pushState(null, "", inner.href);
    update();
  });
  addEventListener("popstate", update);
  document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); else { listen(); update(); } });
  addEventListener("pagehide", stop);
  listen();
})();
