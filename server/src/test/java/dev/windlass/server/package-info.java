@NullMarked
package dev.windlass.server;

import org.jspecify.annotations.NullMarked;
