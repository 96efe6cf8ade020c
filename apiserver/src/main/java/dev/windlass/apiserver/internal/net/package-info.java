/** TLS, connections, certificates. */
@NullMarked
package dev.windlass.apiserver.internal.net;

import org.jspecify.annotations.NullMarked;
