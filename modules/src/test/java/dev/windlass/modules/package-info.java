@NullMarked
package dev.windlass.modules;

import org.jspecify.annotations.NullMarked;
