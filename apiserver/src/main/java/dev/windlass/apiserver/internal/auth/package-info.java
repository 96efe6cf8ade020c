/** Who asks, and what they may do: users and how they prove it, impersonation, and authorisation by RBAC. */
@NullMarked
package dev.windlass.apiserver.internal.auth;

import org.jspecify.annotations.NullMarked;
