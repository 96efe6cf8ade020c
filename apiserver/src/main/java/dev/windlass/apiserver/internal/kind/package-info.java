/** What kinds are served, as data, and the selectors over their objects. */
@NullMarked
package dev.windlass.apiserver.internal.kind;

import org.jspecify.annotations.NullMarked;
