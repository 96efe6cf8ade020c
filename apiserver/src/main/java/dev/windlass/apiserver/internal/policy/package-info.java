/** Admission policies: what expressions in objects say of what may be written. */
@NullMarked
package dev.windlass.apiserver.internal.policy;

import org.jspecify.annotations.NullMarked;
