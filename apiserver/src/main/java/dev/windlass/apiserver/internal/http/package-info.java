/** Between Jetty and the verbs: who asks, for what, with which faults, and how the answer gets back. */
@NullMarked
package dev.windlass.apiserver.internal.http;

import org.jspecify.annotations.NullMarked;
