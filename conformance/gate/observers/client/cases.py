"""The requests that the observers send."""

POOL = "us-east-1_Example01"
VALID = {"UserPoolId": POOL, "Username": "alice", "Password": "Perm4nent!", "Permanent": True}
WIRE = {
    "permanent": VALID,
    "temporary": {**VALID, "Permanent": False},
    "permanent-left-out": {name: value for name, value in VALID.items() if name != "Permanent"},
    "reversed": dict(reversed(VALID.items())),
    "non-ascii": {**VALID, "Password": "Pässwörd1!€😀"},
    "escapes": {**VALID, "Password": 'a"b\\c/d\te\n1A!'},
    "control-character": {**VALID, "Password": "Nul\u0000Byte1!"},
    "lone-surrogate": {**VALID, "Password": "Sur\ud800rogate1!"},
    "html": {**VALID, "Password": "<Amp&'Quot>1"},
    "spaces": {**VALID, "Password": "  Sp4ces !  "},
    "long": {**VALID, "Password": "Aa1!" * 64 + "x"},
    "longest-name": {**VALID, "Username": "u" * 129},
    "empty-password": {**VALID, "Password": ""},
    "pool-without-underscore": {**VALID, "UserPoolId": "nounderscore"},
    "username-as-email": {**VALID, "Username": "alice+tag@example.com"},
}

# The operations that make, move and observe a user, with one request each.
LIFECYCLE = {
    "AdminConfirmSignUp": {"UserPoolId": POOL, "Username": "alice"},
    "AdminCreateUser": {
        "UserPoolId": POOL,
        "Username": "alice",
        "TemporaryPassword": "Temp0rary!",
        "MessageAction": "SUPPRESS",
        "UserAttributes": [{"Name": "email", "Value": "alice@example.com"}],
    },
    "AdminDeleteUser": {"UserPoolId": POOL, "Username": "alice"},
    "AdminDisableUser": {"UserPoolId": POOL, "Username": "alice"},
    "AdminEnableUser": {"UserPoolId": POOL, "Username": "alice"},
    "AdminGetUser": {"UserPoolId": POOL, "Username": "alice"},
    "AdminInitiateAuth": {
        "UserPoolId": POOL,
        "ClientId": "client",
        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "alice", "PASSWORD": "Perm4nent!"},
    },
    "AdminResetUserPassword": {"UserPoolId": POOL, "Username": "alice"},
    "AdminRespondToAuthChallenge": {
        "UserPoolId": POOL,
        "ClientId": "client",
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ChallengeResponses": {"USERNAME": "alice", "NEW_PASSWORD": "Perm4nent!"},
        "Session": "s" * 20,
    },
    "AdminSetUserPassword": VALID,
    "AdminUserGlobalSignOut": {"UserPoolId": POOL, "Username": "alice"},
    "ChangePassword": {"PreviousPassword": "Old1!old", "ProposedPassword": "Perm4nent!", "AccessToken": "t.t.t"},
    "ConfirmForgotPassword": {
        "ClientId": "client",
        "Username": "alice",
        "ConfirmationCode": "123456",
        "Password": "Perm4nent!",
    },
    "ConfirmSignUp": {"ClientId": "client", "Username": "alice", "ConfirmationCode": "123456"},
    "CreateUserPool": {"PoolName": "pool", "Policies": {"PasswordPolicy": {"MinimumLength": 8}}},
    "CreateUserPoolClient": {"UserPoolId": POOL, "ClientName": "client", "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]},
    "DeleteUserPool": {"UserPoolId": POOL},
    "DescribeUserPool": {"UserPoolId": POOL},
    "ForgotPassword": {"ClientId": "client", "Username": "alice"},
    "InitiateAuth": {
        "ClientId": "client",
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "alice", "PASSWORD": "Perm4nent!"},
    },
    "ListUsers": {"UserPoolId": POOL, "Filter": 'username = "alice"'},
    "RespondToAuthChallenge": {
        "ClientId": "client",
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ChallengeResponses": {"USERNAME": "alice", "NEW_PASSWORD": "Perm4nent!"},
        "Session": "s" * 20,
    },
    "SignUp": {"ClientId": "client", "Username": "alice", "Password": "Perm4nent!"},
    "UpdateUserPool": {"UserPoolId": POOL, "Policies": {"PasswordPolicy": {"MinimumLength": 12}}},
}
