addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details:not([open])")) {
    part.open = true;
    part.dataset.folded = "";
  }
});
addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("details[data-folded]")) {
    part.open = false;
    delete part.dataset.folded;
  }
});

addEventListener("error", event => {
  if (event.target.tagName === "AUDIO") {
    event.target.hidden = true;
    event.target.nextElementSibling.hidden = false;
  }
}, true);

// Show fewer findings and uses, and go from one to the next. What is hidden is counted, and printed all the same.
const finder = document.querySelector("#finder");
if (finder) {
  const plain = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ");
  const articles = [...document.querySelectorAll("article.finding, article.use")];
  const texts = new Map();
  const field = finder.querySelector("[type=search]");
  const status = finder.querySelector("output");
  const keys = finder.querySelector("[type=checkbox]");
  const is = {
    all: () => true,
    open: article => !article.classList.contains("s-clear"),
    clear: article => article.classList.contains("s-clear"),
  };
  const textOf = article => {
    if (!texts.has(article)) texts.set(article, plain(article.textContent));
    return texts.get(article);
  };
  const shown = () => articles.filter(article => !article.classList.contains("left-out"));
  const say = (form, values) => {
    status.textContent = form.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  };
  const filter = () => {
    const wanted = is[finder.querySelector("[name=which]:checked").value];
    const sought = plain(field.value).trim();
    for (const article of articles) {
      const stays = wanted(article) && (!sought || textOf(article).includes(sought));
      article.classList.toggle("left-out", !stays);
    }
    say(status.dataset.says, {shown: shown().length, all: articles.length});
  };
  const showAll = () => {
    finder.querySelector("[value=all]").checked = true;
    field.value = "";
    filter();
  };
  const jump = way => {
    const all = shown();
    const here = all.indexOf(document.activeElement?.closest("article"));
    const below = all.findIndex(article => article.getBoundingClientRect().top > 8);
    let next = here + way;
    if (here < 0) {
      const after = below < 0 ? all.length : below;
      next = way > 0 ? after : after - 1;
    }
    const article = all[next];
    if (!article) return;
    article.focus({preventScroll: true});
    article.scrollIntoView({block: "start"});
    say(status.dataset.found, {place: next + 1, all: all.length});
  };
  const reveal = () => {
    const target = document.querySelector(":target");
    if (target?.closest(".left-out")) {
      showAll();
      target.scrollIntoView();
    }
  };

  finder.hidden = false;
  finder.addEventListener("input", event => event.target !== keys && filter());
  addEventListener("hashchange", reveal);
  addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && finder.contains(event.target)) {
      showAll();
      field.blur();
      return;
    }
    if (!keys.checked || event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, audio")) return;
    const way = {n: 1, j: 1, p: -1, k: -1}[event.key];
    if (way) jump(way);
    if (event.key === "/") field.focus();
    if (way || event.key === "/") event.preventDefault();
  });
  filter();
}
