/** What is special about built-in kinds: defaults, checks, what the server itself fills in. */
@NullMarked
package dev.windlass.apiserver.internal.builtin;

import org.jspecify.annotations.NullMarked;
