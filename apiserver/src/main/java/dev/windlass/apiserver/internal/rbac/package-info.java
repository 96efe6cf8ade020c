/** What belongs to RBAC beside the decision: the roles that are there from the beginning, and that nobody gives others more than they have. */
@NullMarked
package dev.windlass.apiserver.internal.rbac;

import org.jspecify.annotations.NullMarked;
