/* Minutes and seconds until somebody is to be measured again. */

import { t } from "../words.js";

export function leftOf({ due }, now = Date.now()) {
  const seconds = Math.ceil((due - now) / 1000);
  return seconds <= 0 ? t("now") : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
