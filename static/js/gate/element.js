/* el("button.key.key--wide", {type: "button", onclick}, "text", child, null) makes an element: strings become text, null and false are
   left out, `on…` are listeners, true is a bare attribute. No HTML out of strings anywhere on this page. */

const ICONS = new URL("../../img/icons.svg", import.meta.url).pathname;
const SVG = "http://www.w3.org/2000/svg";

export function el(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  if (tag === "button") element.type = "button";
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name, kind = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", kind);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

export const fill = (element, ...children) => element.replaceChildren(...children.flat().filter(Boolean));
