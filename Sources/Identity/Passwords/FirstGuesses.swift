/// Words that people build passwords of, and that guessers try first.
enum FirstGuesses {
    /// The words, in small letters.
    static let all: Set<String> = Set(text.split(whereSeparator: \.isWhitespace).map(String.init))

    private static let text = """
        password passwort passwd passcode passphrase pass word secret secrets login logon signin letmein
        welcome welcomeback admin administrator root user username guest test tester testing testuser temp
        temporary default change changeme changeit changethis please trustno one access open opensesame
        sesame enter entry master super superuser supervisor manager service support helpdesk system server
        network internet computer laptop desktop windows microsoft apple google android facebook twitter
        instagram amazon netflix youtube samsung nokia iphone oracle cisco linux ubuntu database backup
        security secure private public office company business work worker job money cash dollar dollars
        bank gold golden silver diamond platinum bronze copper crystal pearl ruby emerald sapphire jade
        iloveyou iloveu loveyou loveme lovers lover love loves loving mylove forever always never together
        kisses kiss heart hearts sweetheart sweety sweetie honey baby babygirl babyboy babe darling angel
        angels angela princess prince queen king kings kingdom knight warrior warriors soldier hunter
        fighter ninja samurai dragon dragons monkey monkeys tiger tigers lion lions eagle eagles bear bears
        wolf wolves wolfpack panther panthers cougar jaguar leopard cheetah puma horse horses mustang bronco
        broncos stallion pony cowboy cowboys cowgirl rodeo ranger rangers rider riders raider raiders steeler
        steelers packer packers viking vikings patriot patriots giants dolphin dolphins falcon falcons raven
        ravens cardinal cardinals seahawks chargers chiefs saints titans texans browns bengals bills jets
        lakers celtics bulls heat spurs knicks warriors rockets mavericks suns jazz yankees redsox mets cubs
        dodgers braves astros tigers pirates phillies padres rockies marlins brewers royals twins orioles
        soccer football baseball basketball hockey tennis golf golfer volleyball softball cricket rugby
        boxing wrestling running runner skating skiing surfing surfer swimming swimmer fishing hunting
        sports player players playboy champion champions winner winners victory goal goalie coach team
        arsenal chelsea liverpool manchester united barcelona madrid juventus milan bayern everton celtic
        starwars startrek skywalker vader yoda jedi matrix batman superman spiderman ironman wolverine
        avengers marvel pokemon pikachu naruto sonic mario zelda minecraft fortnite roblox warcraft diablo
        gamer gaming games game playstation nintendo xbox hobbit gandalf frodo merlin wizard magic magical
        mystic phoenix unicorn fairy vampire zombie monster demon devil satan lucifer ghost spirit
        shadow shadows darkness dark night midnight moonlight moon sun sunshine sunny sunset sunrise star
        stars starlight sky heaven rainbow thunder lightning storm stormy winter spring summer autumn fall
        january february march april may june july august september october november december monday tuesday
        wednesday thursday friday saturday sunday weekend holiday vacation birthday christmas easter halloween
        newyear thanksgiving today tomorrow yesterday season morning evening
        one two three four five six seven eight nine ten eleven twelve hundred thousand million first second
        red blue green yellow orange purple pink black white brown grey gray violet indigo turquoise magenta
        scarlet crimson flower flowers rose roses daisy lily violet tulip orchid sunflower jasmine lavender
        cherry apple apples banana bananas orange lemon lemons peach peaches grape grapes mango strawberry
        blueberry raspberry cookie cookies candy chocolate vanilla sugar caramel coffee cheese pizza burger
        chicken bacon butter pepper peppers ginger cinnamon peanut pumpkin tomato potato pickle noodle
        cat cats kitty kitten kittens dog dogs doggy doggie puppy puppies bunny rabbit hamster mouse
        turtle frog froggy snake spider bird birdie parrot penguin duck ducky goose turkey owl hawk shark
        whale fish goldfish salmon lobster butterfly dragonfly bee bumblebee ladybug elephant giraffe zebra
        gorilla panda koala kangaroo squirrel buffalo bison moose deer elk fox coyote badger beaver otter
        buddy buster max bailey charlie lucky rocky bear duke sadie molly maggie daisy lucy sophie toby
        jack jake oscar rusty sammy shelby smokey snoopy spike sparky teddy tigger whiskers winston ziggy
        peanut pepper princess patches oreo bandit bella coco chloe zoe zeus apollo athena hercules thor
        james john robert michael mike david dave william bill richard rick joseph joe thomas tom charles
        christopher chris daniel dan matthew matt anthony tony mark donald steven steve paul andrew andy
        joshua josh kenneth kenny kevin brian george timothy tim ronald edward eddie jason jeffrey jeff
        ryan jacob gary nicholas nick eric jonathan stephen larry justin scott brandon benjamin ben samuel
        sam gregory greg alexander alex patrick frank raymond ray dennis jerry tyler aaron jose adam nathan
        henry zachary zach douglas doug peter kyle noah ethan jeremy walter christian keith austin roger
        terry sean gerald carl harold dylan arthur lawrence jordan jesse bryan billy bruce gabriel logan
        alan juan elijah willie albert wayne randy mason vincent liam roy bobby caleb bradley russell lucas
        mary patricia jennifer jenny linda elizabeth liz barbara susan jessica jess sarah sara karen lisa
        nancy betty sandra margaret ashley kimberly kim emily donna michelle carol amanda melissa deborah
        stephanie dorothy rebecca sharon laura cynthia amy kathleen angela shirley brenda emma anna pamela
        nicole samantha katherine christine helen debra rachel carolyn janet maria catherine heather diane
        olivia julie joyce victoria ruth virginia lauren kelly christina joan evelyn judith andrea hannah
        cheryl megan jacqueline martha madison teresa gloria sara janice ann kathryn abigail sophia
        frances jean alice judy isabella julia grace amber denise danielle marilyn beverly charlotte natalie
        theresa diana brittany doris kayla alexis lori marie tiffany taylor crystal tanya monica veronica
        smith johnson williams jones miller davis garcia rodriguez wilson martinez anderson hernandez moore
        martin jackson thompson lopez lee gonzalez harris clark lewis robinson walker perez hall young allen
        sanchez wright hill flores rivera mitchell campbell carter roberts gomez phillips evans turner diaz
        parker cruz edwards collins reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan
        cooper peterson reed howard ramos cox ward richardson watson brooks chavez wood bennett mendoza
        ruiz hughes price alvarez castillo sanders patel myers ross foster jimenez powell jenkins perry
        jesus christ jesuschrist god godisgood godislove lord savior holy bible prayer faith hope blessed
        blessing amen gospel genesis exodus psalm psalms trinity michael gabriel cross church mosque temple
        allah buddha krishna shiva ganesh karma peace freedom liberty justice truth wisdom destiny harmony
        america american usa texas california florida newyork boston chicago dallas denver detroit houston
        miami phoenix seattle portland oakland sandiego vegas lasvegas hawaii alaska arizona oklahoma
        montana dakota nebraska kansas minnesota wisconsin michigan oregon washington nevada utah wyoming
        idaho colorado newmexico georgia virginia carolina tennessee kentucky alabama missouri ohio indiana
        illinois london paris berlin rome tokyo china india russia mexico canada brazil france germany
        england scotland ireland spain italy australia africa europe asia earth world planet universe galaxy
        navajo cherokee choctaw chickasaw creek muscogee seminole sioux lakota dakota nakota ojibwe chippewa
        anishinaabe apache comanche cheyenne arapaho crow blackfeet blackfoot pawnee osage kiowa caddo hopi
        zuni pueblo tohono oodham pima yakama nezperce shoshone paiute ute mohawk oneida onondaga cayuga
        seneca tuscarora iroquois haudenosaunee menominee potawatomi ottawa winnebago hochunk lumbee tlingit
        haida yupik inupiat athabascan aleut salish kootenai spokane colville quinault makah lummi tulalip
        puyallup nation nations tribe tribes tribal native natives indian indians firstnations indigenous
        reservation powwow council elder elders ancestors medicine medicines sage sweetgrass cedar tobacco
        drum drums dreamcatcher feather tipi canoe river rivers lake lakes mountain mountains forest desert
        valley canyon prairie meadow ocean beach island islands water fire wind stone rock
        clinic clinics clinical hospital hospitals health healthcare healthy healing healer heal doctor
        doctors doc physician nurse nurses nursing medic medical medication patient patients pharmacy
        pharmacist laboratory lab radiology xray dental dentist surgery surgeon surgical emergency urgent
        ambulance vaccine vaccines immunization diabetes insulin aspirin ibuprofen blood pressure heartbeat
        pulse chart charts record records ehr emr epic cerner allscripts rpms vista hipaa ihs fhir openemr
        appointment schedule billing insurance medicare medicaid frontdesk reception receptionist provider
        wellness recovery care caring careteam behavioral mental therapy therapist counselor social worker
        mother mom mommy mama father dad daddy papa brother sister son daughter family grandma grandpa
        grandmother grandfather husband wife marriage wedding married friend friends bestfriend friendship
        boyfriend girlfriend children child kids boy boys girl girls man woman lady gentleman people human
        happy happiness happyday smile smiley laugh funny lucky luckyday luck cool awesome great perfect
        beautiful beauty pretty sexy sexybeast hottie hotstuff cutie cute gorgeous handsome lovely
        crazy insane psycho stupid idiot dumb loser whatever nothing something anything everything nobody
        somebody anybody hello helloworld hi hey goodbye bye thanks thankyou welcome sorry yes yesyes
        nono maybe okay fuck fucker fucking fuckyou fuckoff shit bitch bitches asshole bastard bullshit damn
        dammit hell sex
        music musica guitar piano drummer bass violin singer song songs rock rocknroll metal metallica
        nirvana slipknot eminem tupac beatles elvis madonna rihanna beyonce shakira blink greenday linkin
        linkinpark acdc ironmaiden pinkfloyd ledzeppelin hiphop rap rapper jazz blues dance dancer dancing
        disco party movie movies hollywood actor actress camera photo picture video television radio
        car cars truck trucks motorcycle harley harleydavidson honda toyota nissan mazda subaru ford chevy
        chevrolet camaro corvette dodge jeep porsche ferrari lamborghini mercedes benz bmw audi volkswagen
        racing racer nascar turbo engine driver drive speed speedy fast faster furious bike biker train
        plane pilot airplane airforce army navy marine marines military veteran police fireman firefighter
        captain general colonel sergeant major chief boss legend legends hero heroes genius ace alpha omega
        beta gamma delta sierra tango bravo echo foxtrot zulu victor whiskey yankee romeo juliet november
        school college university student students teacher professor class graduate homework science
        physics chemistry biology math mathematics history english spanish french german library books book
        letter letters number numbers alphabet abc abcd qwerty qwert asdf asdfgh zxcvbn qazwsx wasd
        power powerful strong strength force energy electric electron atomic nuclear rocket missile laser
        space spaceship astronaut apollo mercury venus mars jupiter saturn neptune pluto comet meteor
        robot cyborg hacker hackers hacking phantom blade sword shield arrow bullet gun guns pistol rifle
        sniper killer kill death dead danger dangerous poison venom viper cobra python scorpion mamba
        bigdog bigboy bigdaddy bigmac littleone littleman oldman newlife mylife life live living alive dream
        dreams dreamer dreaming believe believer trust faithful loyal loyalty honor honour respect courage
        imagine inspire wonder wonderful wonderland fantasy fantastic paradise treasure secretgarden
        home house houses garden kitchen bedroom window door doors gate bridge tower castle palace village
        city street road highway farm farmer ranch barn tractor country western south southern north northern
        east eastern west coffee beer budweiser vodka tequila whisky wine drunk party bar pub smoke smoker
        weed marijuana cannabis stoner high ganja
        correct horse battery staple
        abc123 password1 passw0rd p4ssword admin123 qwerty123 welcome1 letmein1 iloveyou1 monkey1 dragon1
        trustno1 1q2w3e 1q2w3e4r 1q2w3e4r5t zaq1zaq1 1qaz 2wsx qweasd qweasdzxc zxcasdqwe asdzxc
        """
}
