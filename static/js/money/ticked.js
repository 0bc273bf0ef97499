/* Adds up what is ticked in a list, so that it can be compared with the notes in one's hand.
   <form data-ticked> with rows [data-ticked-row]: a box and an input [data-ticked-amount], in yuan as people type it;
   [data-ticked-sum] hidden: shown with [data-ticked-count] and [data-ticked-yuan] in it;
   [data-tick="all"] and [data-tick="none"]: links that lead to the same list ticked, here without the way there. */

const YUAN = /^\d{1,9}(\.\d{1,2})?$/;

/* In cents; null where it cannot be read: then the form says so when it is sent. */
function cents(typed) {
  const plain = typed.normalize("NFKC").replaceAll(/[\s,¥元块]|yuan/gi, "");
  return YUAN.test(plain) ? Math.round(Number(plain) * 100) : null;
}

for (const form of document.querySelectorAll("form[data-ticked]")) {
  const rows = [...form.querySelectorAll("[data-ticked-row]")].map((row) => ({
    box: row.querySelector('input[type="checkbox"]'),
    amount: row.querySelector("[data-ticked-amount]"),
  }));
  const sum = form.querySelector("[data-ticked-sum]");

  const add = () => {
    const ticked = rows.filter((row) => row.box.checked);
    const amounts = ticked.map((row) => cents(row.amount.value));
    const total = amounts.reduce((all, amount) => all + (amount ?? 0), 0);
    sum.querySelector("[data-ticked-count]").textContent = ticked.length;
    sum.querySelector("[data-ticked-yuan]").textContent =
      (total / 100).toLocaleString("en-US", { minimumFractionDigits: 2 }) + (amounts.includes(null) ? " + ?" : "");
  };

  form.addEventListener("input", add);
  form.addEventListener("click", (event) => {
    const link = event.target.closest("[data-tick]");
    if (!link) return;
    event.preventDefault();
    for (const row of rows) row.box.checked = link.dataset.tick === "all";
    add();
  });
  add();
  sum.hidden = false;
}
