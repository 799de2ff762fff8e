// AWS Amplify, as an application uses it, takes a user through the lifecycle.
const { url, load, arrange, walk } = require("./walk.cjs");
const { Amplify } = load("aws-amplify");
const auth = load("aws-amplify/auth");

async function main() {
  const flows = ["USER_SRP_AUTH", "USER_PASSWORD_AUTH", "REFRESH_TOKEN_AUTH"];
  const { pool, app, set } = await arrange(flows, "Temp-0rary!");
  Amplify.configure({ Auth: { Cognito: { userPoolId: pool, userPoolClientId: app, userPoolEndpoint: url } } });

  const next = async (answer) => (await answer).nextStep.signInStep;
  const signIn = async (password, options) => {
    await auth.signOut();
    return next(auth.signIn({ username: "ada", password, options }));
  };

  await walk({
    "temporary password": () => signIn("Temp-0rary!"),
    "challenge answered": () => next(auth.confirmSignIn({ challengeResponse: "Chosen-by-me-1" })),
    "session": async () => Boolean((await auth.fetchAuthSession()).tokens),
    "change of the password": () =>
      auth.updatePassword({ oldPassword: "Chosen-by-me-1", newPassword: "Changed-1!x" }).then(() => "DONE"),
    "permanent password": () => set("Permanent-1!", true).then(() => signIn("Permanent-1!")),
    "password before": () => signIn("Changed-1!x"),
    "permanent password, sent": () => signIn("Permanent-1!", { authFlowType: "USER_PASSWORD_AUTH" }),
  });
}

main();
