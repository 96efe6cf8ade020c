/** Expressions of schemas and policies, in the language and with the functions that Kubernetes has for them. Loaded with the first expression. */
@NullMarked
package dev.windlass.apiserver.internal.cel;

import org.jspecify.annotations.NullMarked;
