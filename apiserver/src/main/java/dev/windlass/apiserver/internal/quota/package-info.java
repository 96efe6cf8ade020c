/** Resource quotas: what the objects of a namespace may take together. */
@NullMarked
package dev.windlass.apiserver.internal.quota;

import org.jspecify.annotations.NullMarked;
