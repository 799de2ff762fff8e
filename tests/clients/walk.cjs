// What both clients share: an administrator, and a walk of named steps, printed as one JSON object.
// usage: node CLIENT.cjs URL PACKAGES   (PACKAGES is the directory in which package.json was installed)
const { createRequire } = require("node:module");
const { join } = require("node:path");

const [url, packages] = process.argv.slice(2);
const load = createRequire(join(packages, "package.json"));
const sdk = load("@aws-sdk/client-cognito-identity-provider");

const credentials = { accessKeyId: "conformance-key-id", secretAccessKey: "conformance-secret-key" };
const client = new sdk.CognitoIdentityProviderClient({ endpoint: url, region: "us-east-1", credentials });
const admin = (operation, members) => client.send(new sdk[`${operation}Command`](members));

// A pool with a client that allows these flows, and a user with a temporary password.
async function arrange(flows, temporary) {
  const made = await admin("CreateUserPool", { PoolName: "real-client" });
  const pool = made.UserPool.Id;
  const allowed = flows.map((flow) => `ALLOW_${flow}`);
  const app = await admin("CreateUserPoolClient", { UserPoolId: pool, ClientName: "app", ExplicitAuthFlows: allowed });
  await admin("AdminCreateUser", {
    UserPoolId: pool, Username: "ada", TemporaryPassword: temporary, MessageAction: "SUPPRESS",
  });
  const set = (password, permanent) =>
    admin("AdminSetUserPassword", { UserPoolId: pool, Username: "ada", Password: password, Permanent: permanent });
  return { pool, app: app.UserPoolClient.ClientId, set };
}

// Take the steps in turn; what each gave, or the name of the error, is printed.
async function walk(steps) {
  const seen = {};
  for (const [name, step] of Object.entries(steps)) {
    try {
      seen[name] = await step();
    } catch (error) {
      seen[name] = error.name || error.code || String(error);
    }
  }
  console.log(JSON.stringify(seen));
}

module.exports = { url, load, admin, arrange, walk };
