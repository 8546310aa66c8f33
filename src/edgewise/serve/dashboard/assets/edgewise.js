// Light or dark, the search by keyboard, links into the explanation, and what happens when a page has come in.
(function () {
  "use strict";

  function setTheme(theme) {
    document.documentElement.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (button) {
      const other = theme === "dark" ? "Light" : "Dark";
      button.textContent = other;
      button.setAttribute("aria-label", other + " colours");
    }
  }

  function remember(theme) {
    try {
      localStorage.setItem("edgewise-theme", theme);
    } catch (refused) {
      console.info("The browser keeps no choice of colours.");
    }
  }

  function isChosen() {
    try {
      return localStorage.getItem("edgewise-theme") !== null;
    } catch (refused) {
      return false;
    }
  }

  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function (event) {
    if (!isChosen()) setTheme(event.matches ? "dark" : "light");
  });

  // Browsers give no clipboard to a page that came over plain HTTP from another machine.
  function copyAddress(button) {
    const byHand = function () { window.prompt("Copy this address:", window.location.href); };
    if (!navigator.clipboard) return byHand();
    navigator.clipboard.writeText(window.location.href).then(function () {
      const name = button.textContent;
      button.textContent = "Copied";
      window.setTimeout(function () { button.textContent = name; }, 1500);
    }, byHand);
  }

  function links() {
    return Array.from(document.querySelectorAll("#hits a"));
  }

  function forget() {
    const field = document.getElementById("search");
    if (field) field.blur();
    document.documentElement.classList.remove("searching");
  }

  function openBranch(name) {
    const found = document.getElementById(name);
    for (let at = found; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (!found) return;
    found.scrollIntoView({ block: "start" });
    (found.querySelector("summary") || found).focus();
  }

  document.addEventListener("click", function (event) {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    if (target.closest("#theme")) {
      const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
      setTheme(theme);
      remember(theme);
    }
    if (target.closest("#copy-view")) copyAddress(target.closest("#copy-view"));
    if (target.closest("#hits a") || !target.closest(".search")) forget();
    const inner = target.closest("a[href^='#why-']");
    if (inner) {
      event.preventDefault();
      openBranch(inner.getAttribute("href").slice(1));
    }
  });

  document.addEventListener("focusin", function (event) {
    if (event.target.id === "search") {
      document.documentElement.classList.add("searching");
      event.target.select();
    } else if (!event.target.closest(".search")) {
      document.documentElement.classList.remove("searching");
    }
  });

  document.addEventListener("keydown", function (event) {
    const field = document.getElementById("search");
    if (!field) return;
    const typing = event.target.closest("input, textarea, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      field.focus();
      return;
    }
    if (!event.target.closest(".search")) return;
    const found = links();
    const at = found.indexOf(document.activeElement);
    if (event.key === "Escape") forget();
    if (event.key === "Enter" && document.activeElement === field && found.length) found[0].click();
    if (event.key === "ArrowDown" && found.length) {
      event.preventDefault();
      found[Math.min(at + 1, found.length - 1)].focus();
    }
    if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (at ? found[at - 1] : field).focus();
    }
  });

  // A part is its text or [tag, attributes, parts in it]; see drawing.py.
  function made(part) {
    if (typeof part === "string") return document.createTextNode(part);
    const element = document.createElement(part[0]);
    for (const name of Object.keys(part[1])) element.setAttribute(name, part[1][name]);
    element.append(...part[2].map(made));
    return element;
  }

  let arrivals = 0;
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    edgewise: {
      // A page has come in: name the tab, mark the place, and let the keyboard begin at its heading.
      arrived: function (title) {
        if (!title) return window.dash_clientside.no_update;
        document.title = title + " · Edgewise";
        setTheme(document.documentElement.dataset.theme);
        document.querySelectorAll("a.place").forEach(function (link) {
          if (link.pathname === window.location.pathname) link.setAttribute("aria-current", "page");
          else link.removeAttribute("aria-current");
        });
        const heading = document.querySelector("main h1");
        if (arrivals > 0 && heading) {
          window.scrollTo(0, 0);
          heading.focus({ preventScroll: true });
        }
        arrivals += 1;
        return arrivals;
      },
      draw: function (told) {
        const place = told && document.getElementById(told[0]);
        if (!place) return;
        place.replaceChildren(made(told[1]));
        const waiting = document.getElementById(told[0] + "-waiting");
        if (waiting) waiting.hidden = true;
      },
      keepView: function (query) {
        if (typeof query === "string" && window.location.pathname === "/screener") {
          window.history.replaceState(window.history.state, "", "/screener" + query);
        }
        return query || "";
      },
    },
  });
})();
