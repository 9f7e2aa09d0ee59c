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
