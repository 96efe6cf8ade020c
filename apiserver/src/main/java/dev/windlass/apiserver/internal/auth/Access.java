package dev.windlass.apiserver.internal.auth;

/** Who is known, who may do what, and what service accounts prove themselves by. */
public record Access(Authenticator authenticator, Authorizer authorizer, ServiceAccountTokens tokens) {
}
