// The profile: the device's time zone where none was chosen yet, a look at the password, and one's own words only where the list has none.
"use strict";

for (const select of document.querySelectorAll("select[data-time-zone][data-guess]")) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...select.options].some((option) => option.value === here)) select.value = here;
}

for (const input of document.querySelectorAll("input[data-reveal]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-quiet";
  button.textContent = "Show the password";
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.textContent = shown ? "Show the password" : "Hide the password";
  });
  input.after(button);
}

for (const part of document.querySelectorAll("[data-other]")) {
  const select = document.getElementById(part.dataset.other);
  const show = () => (part.hidden = select.value !== "other");
  select.addEventListener("change", show);
  show();
}
