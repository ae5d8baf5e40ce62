// Passkeys: a form with data-passkey asks the device before it is sent. Without the browser's help the form stays hidden.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const withBytes = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

function written(credential) {
  const { response } = credential;
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const said = Object.fromEntries(names.filter((name) => response[name]).map((name) => [name, text(response[name])]));
  if (response.getTransports) said.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: said,
  };
}

async function created(options, isAlone) {
  const { publicKey } = options;
  publicKey.challenge = bytes(publicKey.challenge);
  publicKey.user.id = bytes(publicKey.user.id);
  publicKey.excludeCredentials = withBytes(publicKey.excludeCredentials);
  const wish = isAlone ? "required" : "discouraged";
  const choice = { ...publicKey.authenticatorSelection, residentKey: wish, requireResidentKey: isAlone };
  if (isAlone) choice.userVerification = "required";
  publicKey.authenticatorSelection = choice;
  return navigator.credentials.create({ publicKey });
}

async function fetched(options) {
  const { publicKey } = options;
  publicKey.challenge = bytes(publicKey.challenge);
  publicKey.allowCredentials = withBytes(publicKey.allowCredentials);
  return navigator.credentials.get({ publicKey });
}

const kept = (form) => JSON.parse(document.getElementById(form.dataset.options).textContent);

async function asked(form) {
  const answer = await fetch(form.action, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(answer.statusText);
  return (await answer.json()).request_options;
}

const ways = {
  create: (form) => created(kept(form), form.elements.passwordless.checked),
  get: (form) => fetched(kept(form)),
  login: async (form) => fetched(await asked(form)),
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-passkey-failed]");
    failed.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(written(await ways[form.dataset.passkey](form)));
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}
