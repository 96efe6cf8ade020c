/** The structure of objects: of built-in kinds from a resource file, of custom ones from their definition. */
@NullMarked
package dev.windlass.apiserver.internal.schema;

import org.jspecify.annotations.NullMarked;
