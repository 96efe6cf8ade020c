/** The errors an API server answers with, as Kubernetes Status bodies. */
@NullMarked
package dev.windlass.apiserver.internal.status;

import org.jspecify.annotations.NullMarked;
