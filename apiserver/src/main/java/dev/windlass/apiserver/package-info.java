/**
 * An embedded Kubernetes API server for tests and demos, with fault injection. Never for production: it keeps everything in memory and allows everybody
 * who holds its token to do everything.
 */
@NullMarked
package dev.windlass.apiserver;

import org.jspecify.annotations.NullMarked;
