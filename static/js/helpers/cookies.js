// Cookies for small choices that the server needs when it draws the next page.

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/**
 * @param {string} name
 * @param {string} value letters and digits only
 */
export function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
}
