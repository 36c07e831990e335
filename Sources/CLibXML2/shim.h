#ifndef CLIBXML2_SHIM_H
#define CLIBXML2_SHIM_H

#include <libxml/xmlversion.h>

/* Where libxml2 is built with ICU, its headers would import ICU's, which clash with the copy that
   Foundation brings. Only the inside of a struct that is not used here depends on it. */
#undef LIBXML_ICU_ENABLED

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#endif
