@NullMarked
package dev.windlass.modules.internal.proof;

import org.jspecify.annotations.NullMarked;
