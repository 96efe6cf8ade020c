/** From a parsed request to an answer: the verbs. */
@NullMarked
package dev.windlass.apiserver.internal.rest;

import org.jspecify.annotations.NullMarked;
