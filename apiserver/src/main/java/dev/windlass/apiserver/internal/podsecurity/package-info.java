/** The Pod Security Standards: what the labels of a namespace allow the pods in it. */
@NullMarked
package dev.windlass.apiserver.internal.podsecurity;

import org.jspecify.annotations.NullMarked;
