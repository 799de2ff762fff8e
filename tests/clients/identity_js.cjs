// amazon-cognito-identity-js takes a user through the lifecycle, by SRP throughout.
const { url, load, arrange, walk } = require("./walk.cjs");
const { CognitoUserPool, CognitoUser, AuthenticationDetails } = load("amazon-cognito-identity-js");

async function main() {
  const { pool, app, set } = await arrange(["USER_SRP_AUTH", "REFRESH_TOKEN_AUTH"], "Temp-0rary!");
  const userPool = new CognitoUserPool({ UserPoolId: pool, ClientId: app, endpoint: url });
  let user;

  // What a sign-in ends in; `chosen` answers the challenge.
  const signIn = (password, chosen) =>
    new Promise((end) => {
      user = new CognitoUser({ Username: "ada", Pool: userPool });
      const ends = { onSuccess: () => end("tokens"), onFailure: (error) => end(error.name || error.code) };
      const newPasswordRequired = () =>
        chosen ? user.completeNewPasswordChallenge(chosen, {}, ends) : end("NEW_PASSWORD_REQUIRED");
      user.authenticateUser(new AuthenticationDetails({ Username: "ada", Password: password }), {
        ...ends, newPasswordRequired,
      });
    });
  const called = (method, ...values) =>
    new Promise((end, fail) => user[method](...values, (error, value) => (error ? fail(error) : end(value))));
  const session = () => user.getSignInUserSession();

  await walk({
    "temporary password": () => signIn("Temp-0rary!"),
    "wrong password": () => signIn("Wrong-0ne!"),
    "challenge answered": () => signIn("Temp-0rary!", "Chosen-by-me-1"),
    "permanent password": () => set("Permanent-1!", true).then(() => signIn("Permanent-1!")),
    "session is valid": () => session().isValid(),
    "change of the password": () => called("changePassword", "Permanent-1!", "Changed-1!x"),
    "refresh": () => called("refreshSession", session().getRefreshToken()).then((fresh) => fresh.isValid()),
    "user": () => called("getUserData").then((found) => found.Username),
    "password before": () => signIn("Permanent-1!"),
    "beyond ASCII": () => set("Zoë-ß-12日本", true).then(() => signIn("Zoë-ß-12日本")),
    "temporary again": () => set("Second-0ne!", false).then(() => signIn("Second-0ne!")),
  });
}

main();
