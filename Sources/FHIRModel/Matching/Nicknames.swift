/// Short and other forms of given names as they are used in the United States.
package enum Nicknames {
    /// Whether one folded given name is used for the other, or both for a third.
    ///
    /// The same name is none of itself.
    package static func areRelated(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a != b, let mine = lines[a], let theirs = lines[b] else { return false }
        return !mine.isDisjoint(with: theirs)
    }

    /// The other names of the lines that a folded given name stands in.
    static func relatives(of name: [UInt8]) -> [[UInt8]] {
        (lines[name] ?? []).flatMap { all[$0] }.filter { $0 != name }
    }

    private static let all: [[[UInt8]]] = table.split(separator: "\n").map { line in
        line.split(separator: " ").map { Array($0.utf8) }
    }

    private static let lines: [[UInt8]: Set<Int>] = {
        var found: [[UInt8]: Set<Int>] = [:]
        for (number, names) in all.enumerated() {
            for name in names { found[name, default: []].insert(number) }
        }
        return found
    }()

    /// A name and its forms a line; a form may stand in several.
    private static let table = """
        abigail abby gail
        abraham abe abram
        albert al bert
        alexander alex al alec sandy xander
        alexandra alex sandra sandy lexi alexa
        alfred al fred
        alice ally alicia
        amanda mandy
        andrew andy drew
        angela angie
        anna ann anne annie nan hannah
        anthony tony
        arthur art
        barbara barb barbie babs
        benjamin ben benny benji
        bernard bernie
        beverly bev
        bradley brad
        calvin cal
        cameron cam
        candace candy
        carolyn carol carrie caroline
        catherine katherine kathryn cathy kathy kate katie kat kay kitty
        charles charlie chuck chas
        charlotte lottie charlie
        christina chris chrissy tina christine
        christopher chris kit topher
        clifford cliff
        cynthia cindy
        daniel dan danny
        danielle dani
        david dave davey
        deborah deb debbie debra
        dennis denny
        dolores lola
        donald don donny
        dorothy dot dottie dolly
        douglas doug
        edward ed eddie ted teddy ned
        eleanor ellie nell nora
        elizabeth liz lizzie beth betsy betty eliza lisa libby bess elisabeth
        emily em emma
        eugene gene
        evelyn evie
        florence flo
        frances fran frannie
        francis frank fran
        franklin frank
        frederick fred freddy rick
        gabriel gabe
        gabrielle gabby
        george georgie
        gerald jerry gerry
        gregory greg
        harold hal harry
        harriet hattie
        henry hank harry hal
        herbert herb bert
        isabella bella izzy isabel
        jacob jake
        jacqueline jackie
        james jim jimmy jamie jay
        jeffrey jeff geoffrey
        jennifer jen jenny
        jeremiah jerry
        jeremy jerry
        jessica jess jessie
        john johnny jack jon
        jonathan jon jonny
        joseph joe joey
        josephine jo josie
        joshua josh
        judith judy
        julia julie
        kenneth ken kenny
        kimberly kim
        lawrence larry laurence
        leonard leo len lenny
        leroy roy lee
        lillian lily
        louis lou louie lewis
        madeline maddie
        margaret maggie meg peggy marge margie greta rita
        maria mary marie
        martha marty patty
        martin marty
        matthew matt
        maxwell max
        melissa missy mel
        michael mike mikey mick
        michelle shelly
        mildred millie
        nancy nan
        natalie nat
        nathan nate nathaniel nat
        nicholas nick nicky
        nicole nicky nikki
        oliver ollie
        olivia liv livvy
        pamela pam
        patricia pat patty trish tricia
        patrick pat paddy
        peter pete
        philip phil phillip
        phyllis phyl
        rachel rae
        randall randy
        raymond ray
        rebecca becky becca
        regina gina
        reginald reggie
        richard rich rick ricky dick
        robert rob robbie bob bobby bert
        roberta bobbie
        rodney rod
        ronald ron ronny
        rosemary rose rosie
        russell russ
        samantha sam sammy
        samuel sam sammy
        sandra sandy
        sarah sally sara sadie
        stanley stan
        stephanie steph
        stephen steve steven stevie
        susan sue susie suzanne
        teresa terry tess tessa theresa
        terrence terry
        theodore ted teddy theo
        thomas tom tommy
        timothy tim timmy
        tobias toby
        valerie val
        vanessa nessa
        veronica ronnie
        victor vic
        victoria vicky tori
        vincent vince vinny
        virginia ginny ginger
        walter walt wally
        wesley wes
        william bill billy will willy willie liam
        zachary zach zack
        """
}
