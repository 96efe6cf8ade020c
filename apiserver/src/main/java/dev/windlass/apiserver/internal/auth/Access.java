package dev.windlass.apiserver.internal.auth;

/** Who is known, and who may do what. */
public record Access(Authenticator authenticator, Authorizer authorizer) {
}
